import type {CostModel} from '../model/cost-model.js';
import type {DebloatConfig} from '../model/debloat-config.js';
import {plural} from '../model/plural.js';
import {formatBytes, formatMs} from '../model/units.js';
import {alignColumns} from './columns.js';
import {carriedLines} from './earlier-images.js';
import {formatCount, formatPercent, formatPercentUp} from './figures.js';
import {riskLines} from './risk-lines.js';

/** As much of the front as fits a screen. */
const frontLines = 20;

/** What a plan keeps and removes, and what that risks. */
export function planSummary(config: DebloatConfig): string[] {
  const {image, totals, evidence, calibration} = config;
  const {files, bytes, removedFiles, removedBytes, expectedMissesPerRun} = totals;
  const row = (name: string, count: number, size: number): string[] => [
    name, formatCount(count), formatBytes(size), bytes === 0 ? '' : formatPercent(size / bytes),
  ];
  return [
    ...alignColumns([
      [image.name, 'files', 'bytes', ''],
      row('image', files, bytes),
      row('kept', files - removedFiles, bytes - removedBytes),
      row('removed', removedFiles, removedBytes),
    ], new Set([1, 2, 3])),
    '',
    ...carriedLines(evidence).map((line, at) => (at === 0 ? `Carried over: ${line}` : `              ${line}`)),
    ...(removedFiles === 0 ? ['Nothing would be removed.'] : config.policy.generations == null ? riskLines(evidence, 'a file that this plan removes') : ['Runs like your older tests need files that this plan removes.']),
    ...(calibration == null || removedFiles === 0 ? [] : [`Left out one after the other, ${calibration.failing} of the ${plural(calibration.runs, 'run')} that differ would have missed a file: that bounds the next one's chance by ${formatPercentUp(calibration.bound)}.`]),
    ...generationLines(config),
    ...(removedFiles === 0 ? [] : [`Drawn as your runs were, repeats included, a run misses ${Number(expectedMissesPerRun.toPrecision(2))} files on average.`]),
  ];
}

/** How what is removed falls into a young and an old remainder. */
function generationLines({policy: {generations = null}, files}: DebloatConfig): string[] {
  if (generations === null) {
    return [];
  }
  const [young, old] = (['young', 'old'] as const).map((own) => files.filter(({generation}) => generation === own));
  const sizeOf = (list: typeof files = []): string => `${plural(list.length, 'file')}, ${formatBytes(list.reduce((sum, {bytes}) => sum + bytes, 0))}`;
  return [`Of what goes, ${sizeOf(young)} were needed in the last ${generations.oldAfterRuns} runs or are new; ${sizeOf(old)} were not.`];
}

/** What the plan costs, under which prices. */
export function costLine({totals: {costMs = 0}}: DebloatConfig, {provisionBytesPerSecond, fetchBytesPerSecond, missMs, runsPerPull}: CostModel): string {
  return `cost: ${formatMs(costMs)} a run, at ${formatBytes(Math.round(provisionBytesPerSecond))} a second for ${plural(runsPerPull, 'run')} a pull, and ${formatMs(missMs)} and ${formatBytes(Math.round(fetchBytesPerSecond))} a second for a miss`;
}

/** The Pareto front as a table; the point nearest to the plan's size is marked. */
export function frontTable({front = [], totals: {bytes, removedBytes}}: DebloatConfig): string[] {
  const stride = Math.max(1, Math.ceil(front.length / frontLines));
  const kept = bytes - removedBytes;
  const own = front.reduce((best, point) => (Math.abs(point.bytes - kept) < Math.abs(best - kept) ? point.bytes : best), Infinity);
  const shown = front.filter((point, at) => at % stride === 0 || at === front.length - 1 || point.bytes === own);
  const rows = shown.map((point) => [
    formatBytes(point.bytes), String(Number(point.expectedMissesPerRun.toPrecision(3))), formatMs(point.costMs), point.bytes === own ? '← the plan' : '',
  ]);
  return alignColumns([['kept', 'misses a run', 'cost a run', ''], ...rows], new Set([0, 1, 2]));
}
