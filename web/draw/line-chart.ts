import type {ChartConfiguration} from 'chart.js';
import {h} from './element.js';
import {tokenColor} from './token-color.js';

export type LineConfiguration = ChartConfiguration<'line', {x: number; y: number}[]>;

/** A chart that is redrawn when the theme changes. chart.js comes from the server when a chart is wanted first. */
export function lineChart(label: string, configure: () => LineConfiguration, signal: AbortSignal): HTMLElement {
  const canvas = h('canvas', {role: 'img', 'aria-label': label});
  void draw(canvas, configure, signal);
  return h('div', {class: 'chart'}, canvas);
}

/** A linear axis in the page's colours. */
export function axis(title: string, more: {readonly max?: number | undefined; readonly format?: (value: number) => string} = {}): object {
  const [text, grid] = [tokenColor('--dim'), tokenColor('--line')];
  return {
    max: more.max,
    type: 'linear',
    beginAtZero: true,
    title: {display: true, text: title, color: text},
    grid: {color: grid, drawTicks: false},
    border: {display: false},
    ticks: {color: text, padding: 8, maxTicksLimit: 6, ...(more.format === undefined ? {precision: 0} : {callback: more.format})},
  };
}

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
