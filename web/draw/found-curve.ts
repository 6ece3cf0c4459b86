import type {FoundPoint} from '../../src/model/web-api.js';
import {h} from './element.js';
import {formatCount, formatDuration} from './format.js';

const svgNamespace = 'http://www.w3.org/2000/svg';
const width = 600;
const height = 120;

/** Distinct files over the run's time, as a step area; a curve that lies flat says that the run finds nothing new. */
export function foundCurve(points: readonly FoundPoint[]): HTMLElement {
  const last = points.at(-1) ?? {afterMs: 0, files: 0};
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${formatCount(last.files)} files found after ${formatDuration(last.afterMs)}`);
  const line = stepPath(points, last);
  svg.append(path('found-area', `${line} V${height} H0 Z`), path('found-line', line));
  return h('figure', {class: 'found'}, svg, h('figcaption', {class: 'dim'}, h('span', {}, 'start'), h('span', {}, 'files found over time'), h('span', {}, formatDuration(last.afterMs))));
}

function stepPath(points: readonly FoundPoint[], last: FoundPoint): string {
  const x = (ms: number): string => ((ms / Math.max(1, last.afterMs)) * width).toFixed(1);
  const y = (files: number): string => (height - 4 - (files / Math.max(1, last.files)) * (height - 12)).toFixed(1);
  return `M0,${y(0)}${points.map(({afterMs, files}) => ` H${x(afterMs)} V${y(files)}`).join('')}`;
}

function path(name: string, d: string): SVGPathElement {
  const element = document.createElementNS(svgNamespace, 'path');
  element.setAttribute('class', name);
  element.setAttribute('d', d);
  element.setAttribute('vector-effect', 'non-scaling-stroke');
  return element;
}
