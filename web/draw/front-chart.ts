import type {FrontPoint} from '../../src/model/debloat-config.js';
import type {ImagePlan} from '../../src/model/web-api.js';
import {formatBytes} from './format.js';
import {axis, type LineConfiguration, lineChart} from './line-chart.js';
import {tokenColor} from './token-color.js';

/** The Pareto front of size against misses, and on it the plan that `winnow plan` chooses. */
export function frontChart({front, chosen}: ImagePlan, signal: AbortSignal): HTMLElement {
  const label = `Size against misses: the plan keeps ${formatBytes(chosen.bytes)} and misses ${formatMisses(chosen.expectedMissesPerRun)} files a run`;
  return lineChart(label, () => configuration(front, chosen), signal);
}

export const formatMisses = (misses: number): string => String(Number(misses.toPrecision(2)));

function configuration(front: readonly FrontPoint[], chosen: FrontPoint): LineConfiguration {
  const [line, fill, mark, surface] = [tokenColor('--accent'), tokenColor('--accent-soft'), tokenColor('--text'), tokenColor('--surface')];
  const place = ({bytes, expectedMissesPerRun}: FrontPoint): {x: number; y: number} => ({x: bytes, y: expectedMissesPerRun});
  return {
    type: 'line',
    data: {
      datasets: [
        {label: 'The plan', data: [place(chosen)], pointRadius: 7, pointHoverRadius: 9, pointHitRadius: 12, pointBackgroundColor: mark, pointBorderColor: surface, pointBorderWidth: 2, showLine: false},
        {label: 'Other plans', data: front.map(place), borderColor: line, backgroundColor: fill, borderWidth: 2, fill: true, stepped: false, pointRadius: 0, pointHitRadius: 8},
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: {mode: 'nearest', intersect: true},
      scales: {x: axis('kept', {max: front.at(-1)?.bytes, format: formatBytes}), y: axis('files missed a run', {format: formatMisses})},
      plugins: {
        legend: {display: false},
        tooltip: {
          displayColors: false,
          callbacks: {title: ([item]) => item?.dataset.label ?? '', label: ({parsed}) => `keeps ${formatBytes(parsed.x ?? 0)}, misses ${formatMisses(parsed.y ?? 0)} files a run`},
        },
      },
    },
  };
}
