import {alignColumns} from '../../src/cli/columns.js';
import {formatCount, formatPercent} from '../../src/cli/figures.js';
import {riskLines} from '../../src/cli/risk-lines.js';
import type {DebloatConfig} from '../../src/model/debloat-config.js';
import {plural} from '../../src/model/plural.js';
import type {Profile} from '../../src/model/profile.js';
import {formatBytes} from '../../src/model/units.js';

/** What a newcomer wants to know of a trained and planned image, a fact a line. `page` is null where none is served. */
export function summaryLines(profile: Profile, config: DebloatConfig, configFile: string, page: string | null): string[] {
  const {image, evidence, totals} = config;
  const {runs, workloads} = evidence;
  const touched = profile.files.filter(({type, observedRuns}) => type === 'file' && observedRuns > 0);
  const [risk = '', otherRisk = ''] = riskLines(evidence, 'a file that would go');
  return alignColumns([
    ['image', `${image.name}: ${amount(totals.files, totals.bytes)}`],
    ['touched', `${amount(touched.length, bytesOf(touched))}, in ${plural(runs, 'run')} of ${plural(workloads.length, 'workload')} (${workloads.join(', ')})`],
    ['how sure', `${percentDown(profile.evidence.coverage)} of what the next run like these needs was seen before`],
    ['would go', `${amount(totals.removedFiles, totals.removedBytes)}: ${formatPercent(totals.removedBytes / totals.bytes)} of the image`],
    ['risk', risk],
    ['', otherRisk],
    ['', 'More runs, and more kinds of them, lower both.'],
    ['config', configFile],
    ...(page === null ? [] : [['page', page]]),
    ['ask why', `scripts/winnow explain ${image.name} /usr/bin/git`],
  ]);
}

/** `99.6 %`: nearly all must not read as all. */
function percentDown(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

function amount(files: number, bytes: number): string {
  return `${formatCount(files)} files, ${formatBytes(bytes)}`;
}

function bytesOf(files: readonly {readonly bytes: number}[]): number {
  return files.reduce((sum, {bytes}) => sum + bytes, 0);
}
