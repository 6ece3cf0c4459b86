import type {DiscoveryPoint} from '../../src/model/profile.js';
import {formatCount, formatCountOf} from './format.js';
import {axis, type LineConfiguration, lineChart} from './line-chart.js';
import {tokenColor} from './token-color.js';

/** The discovery curve, dashed beyond the `runs` there have been. */
export function discoveryChart(points: readonly DiscoveryPoint[], runs: number, signal: AbortSignal): HTMLElement {
  const last = points.findLast((point) => point.runs <= runs);
  const label = last === undefined ? 'No runs yet' : `Discovery curve: ${formatCountOf(Math.round(last.files), 'file')} after ${formatCountOf(last.runs, 'run')}`;
  return lineChart(label, () => configuration(points, runs), signal);
}

function configuration(points: readonly DiscoveryPoint[], runs: number): LineConfiguration {
  const [line, fill, surface] = [tokenColor('--accent'), tokenColor('--accent-soft'), tokenColor('--surface')];
  return {
    type: 'line',
    data: {
      datasets: [{
        data: points.map(({runs, files}) => ({x: runs, y: files})),
        borderColor: line,
        backgroundColor: fill,
        borderWidth: 2,
        fill: true,
        tension: 0.25,
        pointRadius: points.length > 40 ? 0 : 3,
        pointBackgroundColor: surface,
        pointBorderColor: line,
        pointHitRadius: 12,
        segment: {borderDash: ({p1}) => ((p1.parsed.x ?? 0) > runs ? [5, 4] : undefined)},
      }],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: {mode: 'index', intersect: false},
      scales: {x: axis('runs', {max: points.at(-1)?.runs}), y: axis('files known')},
      plugins: {
        legend: {display: false},
        tooltip: {
          displayColors: false,
          callbacks: {title: ([item]) => formatCountOf(item?.parsed.x ?? 0, 'run'), label: (item) => `${formatCount(Math.round(item.parsed.y ?? 0))} files ${(item.parsed.x ?? 0) > runs ? 'expected' : 'known'}`},
        },
      },
    },
  };
}
