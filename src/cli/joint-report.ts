import type {JointPlan} from '../model/joint-plan.js';
import {formatBytes} from '../model/units.js';
import {alignColumns} from './columns.js';
import {formatCount, formatPercent} from './figures.js';

/** The layers of several images, and what sharing them saves. */
export function jointSummary({images, layers, totals}: JointPlan): string[] {
  const {separateBytes, uniqueBytes, jointBytes, savedBytes, boundBytes, isProven} = totals;
  const nameOf = (image: number): string => images[image]?.image.name ?? '';
  return [
    ...alignColumns([
      ['layer', 'files', 'bytes', 'of'],
      ...layers.map(({images: own, files, bytes}, at) => [String(at), formatCount(files), formatBytes(bytes), own.map(nameOf).join(', ')]),
    ], new Set([1, 2])),
    '',
    `Each by itself these plans take ${formatBytes(separateBytes)}; in these layers ${formatBytes(jointBytes)}, ${formatPercent(separateBytes === 0 ? 0 : Math.max(0, savedBytes) / separateBytes)} less. Their contents, each once, are ${formatBytes(uniqueBytes)}.`,
    isProven ? 'No layers take less.' : `No layers take less than ${formatBytes(boundBytes)}.`,
  ];
}
