import type {DebloatedImage} from '../debloat/debloat-image.js';
import {decisionsIn} from '../debloat/decisions.js';
import type {FilteredImage} from '../debloat/filtered-image.js';
import type {PlannedFile} from '../debloat/planned-file.js';
import type {PublishedImages} from '../debloat/publish-debloated.js';
import {verificationLines} from '../debloat/report.js';
import type {Verification} from '../debloat/verify/verify.js';
import type {WrittenImage} from '../image/transport/new-image.js';
import type {ContainerPath} from '../model/container-path.js';
import type {DebloatReport, ReportedImage} from '../model/debloat-report.js';
import type {ImageIndex} from '../model/image-index.js';
import {plural} from '../model/plural.js';
import {formatBytes} from '../model/units.js';
import {packageState} from '../sbom/installed.js';
import {alignColumns} from './columns.js';
import type {CommandContext} from './context.js';

interface Reported {
  /** Of the original. */
  readonly index: ImageIndex;
  readonly cut: FilteredImage;
  /** Null where nothing was verified. */
  readonly verification: Verification | null;
  /** Null where verification failed. */
  readonly published: PublishedImages | null;
  readonly names: {readonly tag: string; readonly remainder: string | null};
}

export function makeReport({index, cut: {image, files, presence, filtered, notes}, verification, published, names}: Reported): DebloatReport {
  const removed = files.filter(({decision}) => decision === 'remove');
  return {
    schema: 'winnow.report/1',
    original: {...index.image, bytes: image.originalBytes},
    debloated: published === null ? null : reported(names.tag, published.debloated),
    remainder: published?.remainder == null ? null : reported(names.remainder ?? '', published.remainder),
    verification: verification === null
      ? {status: 'skipped', workloads: [], attempts: [], lostRecords: 0}
      : {status: verification.passed ? 'passed' : 'failed', workloads: verification.workloads, attempts: verification.attempts, lostRecords: verification.lostRecords},
    totals: totalsOf(index, files),
    packages: presence.map(({package: {manager, name, version, architecture}, files: owned, keptFiles}) =>
      ({manager, name, version, architecture, state: packageState({files: owned, keptFiles}), files: owned, keptFiles})),
    filtered,
    notes,
    removed: removed.map(({path, type, layer, bytes, package: owner, reason}) => ({path, type, layer, bytes, package: owner, reason})),
  };
}

/** Hard-linked names count each for itself, their bytes once: they go with the last name. */
function totalsOf({files}: ImageIndex, decided: readonly PlannedFile[]): DebloatReport['totals'] {
  const decisions = decisionsIn(decided);
  const regular = files.filter(({type}) => type === 'file');
  const isRemoved = ({path}: {readonly path: ContainerPath}): boolean => decisions.get(path) === 'remove';
  const contents = new Map(regular.map((file) => [file.hardLinkGroup ?? file.path, file.bytes]));
  const kept = new Map(regular.filter((file) => !isRemoved(file)).map((file) => [file.hardLinkGroup ?? file.path, file.bytes]));
  const bytesOf = (of: ReadonlyMap<unknown, number>): number => [...of.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    files: regular.length,
    bytes: bytesOf(contents),
    removedFiles: regular.filter(isRemoved).length,
    removedBytes: bytesOf(contents) - bytesOf(kept),
  };
}

const reported = (name: string, {id, diffIds, bytes}: WrittenImage): ReportedImage => ({name, id, layers: diffIds, bytes});

/** What came of it, without the list of what was removed. */
export function printReport(report: DebloatReport, {changedLayers}: DebloatedImage, context: CommandContext): void {
  const {original, debloated, remainder, packages} = report;
  const layers = original.layers.length;
  alignColumns([
    [original.name, original.id.slice(0, 19), formatBytes(original.bytes), plural(layers, 'layer')],
    ...(debloated === null ? [] : [[debloated.name, debloated.id.slice(0, 19), formatBytes(debloated.bytes), `${plural(layers, 'layer')}, ${layers - changedLayers} unchanged`]]),
    ...(remainder === null ? [] : [[remainder.name, remainder.id.slice(0, 19), formatBytes(remainder.bytes), 'what was removed']]),
  ], new Set([2])).forEach(context.print);
  const count = (state: DebloatReport['packages'][number]['state']): number => packages.filter((of) => of.state === state).length;
  if (packages.length > 0) {
    context.print(`packages: ${packages.length}, of which ${count('removed')} went whole and of ${count('part')} a part stays`);
  }
  verificationLines(report).forEach(context.print);
  report.notes.forEach(context.print);
}
