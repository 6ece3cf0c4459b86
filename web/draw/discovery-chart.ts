import type {ChartConfiguration} from 'chart.js';
import type {DiscoveryPoint} from '../../src/model/profile.js';
import {h} from './element.js';
import {formatCount, formatCountOf} from './format.js';
import {tokenColor} from './token-color.js';

/**
 * The discovery curve, dashed beyond the `runs` there have been, and redrawn when the theme changes.
 * chart.js comes from the server when a chart is wanted first.
 */
export function discoveryChart(points: readonly DiscoveryPoint[], runs: number, signal: AbortSignal): HTMLElement {
  const last = points.findLast((point) => point.runs <= runs);
  const label = last === undefined ? 'No runs yet' : `Discovery curve: ${formatCountOf(Math.round(last.files), 'file')} after ${formatCountOf(last.runs, 'run')}`;
  const canvas = h('canvas', {role: 'img', 'aria-label': label});
  void draw(canvas, () => configuration(points, runs), signal);
  return h('div', {class: 'chart'}, canvas);
}

type LineConfiguration = ChartConfiguration<'line', {x: number; y: number}[]>;

async function draw(canvas: HTMLCanvasElement, configure: () => LineConfiguration, signal: AbortSignal): Promise<void> {
  const {default: Chart} = await import('chart.js/auto');
  if (signal.aborted) {
    return;
  }
  let chart = new Chart(canvas, configure());
  const redraw = (): void => {
    chart.destroy();
    chart = new Chart(canvas, configure());
  };
  document.addEventListener('themechange', redraw, {signal});
  signal.addEventListener('abort', () => chart.destroy());
}

function configuration(points: readonly DiscoveryPoint[], runs: number): LineConfiguration {
  const [line, fill, text, grid, surface] = [tokenColor('--accent'), tokenColor('--accent-soft'), tokenColor('--dim'), tokenColor('--line'), tokenColor('--surface')];
  const axis = (title: string, max?: number): object => ({
    max,
    type: 'linear',
    beginAtZero: true,
    title: {display: true, text: title, color: text},
    grid: {color: grid, drawTicks: false},
    border: {display: false},
    ticks: {color: text, padding: 8, maxTicksLimit: 6, precision: 0},
  });
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
      scales: {x: axis('runs', points.at(-1)?.runs), y: axis('files known')},
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
