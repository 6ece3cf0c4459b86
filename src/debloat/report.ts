import {pathToText} from '../model/container-path.js';
import type {DebloatReport} from '../model/debloat-report.js';
import {plural} from '../model/plural.js';
import {textMember} from '../model/text-member.js';
import {formatBytes} from '../model/units.js';

/** A report as the JSON document that docs/schema/winnow.report.1.json describes. */
export function reportDocument(report: DebloatReport): object {
  const {verification, filtered, removed} = report;
  return {
    ...report,
    verification: {
      ...verification,
      attempts: verification.attempts.map(({shortfalls, addedBack}) => ({
        shortfalls: shortfalls.map((shortfall) => ({...shortfall, missed: shortfall.missed.map((path) => textMember('path', path))})),
        addedBack: addedBack.map(({path, reason}) => ({...textMember('path', path), reason})),
      })),
    },
    filtered: filtered.map((path) => textMember('path', path)),
    removed: removed.map((file) => ({...file, ...textMember('path', file.path)})),
  };
}

/** The same to be read: how it was checked, packages, and a line for each removed file. */
export function reportText(report: DebloatReport): string {
  const {original, debloated, totals, packages, notes, removed} = report;
  const inState = (state: DebloatReport['packages'][number]['state']): string[] => packages.filter((of) => of.state === state).map(({name}) => name);
  return [
    `${original.name} (${original.id})${debloated === null ? '' : ` became ${debloated.name} (${debloated.id})`}`,
    `removed: ${totals.removedFiles} of ${plural(totals.files, 'file')}, ${formatBytes(totals.removedBytes)} of ${formatBytes(totals.bytes)}`,
    ...verificationLines(report),
    ...notes,
    '',
    `packages removed whole: ${inState('removed').join(' ') || 'none'}`,
    `packages of which a part stays: ${inState('part').join(' ') || 'none'}`,
    '',
    ...removed.map(({path, package: owner, bytes, reason}) => `${pathToText(path).text}\t${formatBytes(bytes)}\t${owner ?? '-'}\t${reason}`),
    '',
  ].join('\n');
}

/** How it was checked, a line for each thing that was found. */
export function verificationLines({verification: {status, workloads, attempts}}: Pick<DebloatReport, 'verification'>): string[] {
  if (status === 'skipped') {
    return ['not verified: no workload was run on the debloated image'];
  }
  const found = attempts.flatMap(({shortfalls, addedBack}, at) => [
    ...shortfalls.flatMap(({workload, differences, missed}) => [
      ...differences.map((difference) => `  attempt ${at + 1}, ${workload}: ${difference}`),
      ...(missed.length === 0 ? [] : [`  attempt ${at + 1}, ${workload}: looked for ${missed.slice(0, 3).map((path) => pathToText(path).text).join(', ')}${missed.length > 3 ? ` and ${missed.length - 3} more` : ''} in vain`]),
    ]),
    ...(addedBack.length === 0 ? [] : [`  attempt ${at + 1}: ${plural(addedBack.length, 'path')} came back`]),
  ]);
  return [`verification ${status}: ${plural(workloads.length, 'workload')} (${workloads.join(', ')}), ${plural(attempts.length, 'attempt')}`, ...found];
}
