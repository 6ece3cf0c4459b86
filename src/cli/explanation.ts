import type {DebloatConfig} from '../model/debloat-config.js';
import type {ImageFile} from '../model/image-index.js';
import {plural} from '../model/plural.js';
import {textMember} from '../model/text-member.js';
import {formatBytes, formatMs} from '../model/units.js';
import type {Explanation} from '../plan/explain-file.js';
import {alignColumns, displayPath} from './columns.js';
import {formatPercent} from './figures.js';

/** As many of a list as fit a screen; --json has all. */
const shown = 5;

/** `winnow explain --json`, the document that docs/schema/winnow.explanation.1.json describes. */
export function explanationDocument({file, decision, causes, item, ...rest}: Explanation, {image, evidence, policy}: DebloatConfig): object {
  return {
    schema: 'winnow.explanation/1',
    image,
    evidence,
    policy,
    file: {...file, ...decision, ...textMember('path', file.path), ...textMember('impliedBy', file.impliedBy)},
    ...rest,
    causes: causes.map((cause) => ({...cause, ...textMember('path', cause.path)})),
    item: item === null ? null : {...item, files: item.files.map((path) => textMember('path', path))},
  };
}

export function explanationLines({linkTarget}: ImageFile, {file, decision, sightings, unseenProbability, causes, item, cost}: Explanation, {evidence}: DebloatConfig): string[] {
  const {path, type, bytes, layer, package: owner, probability, interval, touched, observedRuns, openedRuns, observedFlawedRuns, sinceRuns, likeProfiled} = file;
  const seenIn = sightings.filter(({observed}) => observed > 0);
  return alignColumns([
    ['path', displayPath(path)],
    ['type', linkTarget === null ? type : `${type} to ${displayPath(linkTarget)}`],
    ['bytes', formatBytes(bytes)],
    ['layer', String(layer)],
    ['package', owner ?? '-'],
    ['probability', `${belief(probability, interval)}; ${figure(unseenProbability)} had no run shown it`],
    ...(likeProfiled === probability ? [] : [['like profiled', `${figure(likeProfiled)}, of a run of the kinds that were profiled; expected misses reckon with this one`]]),
    ...(touched.probability === probability ? [] : [['touched', `${belief(touched.probability, touched.interval)}, where a look at its metadata counts too`]]),
    ['observed in', `${observedRuns} of ${evidence.runs} complete runs (content in ${openedRuns}), ${observedFlawedRuns} of ${evidence.flawedRuns} flawed ones`],
    ...(sinceRuns === undefined ? [] : [['since the runs', sinceRuns === 'new' ? 'new: none of them could need it' : 'changed: they had another content here']]),
    ...list('workloads', seenIn.map(({workload, runs, observed, opened}) => `${displayPath(workload)}: ${observed} of ${runs}${opened === observed ? '' : `, content in ${opened}`}`)),
    ...list('pulled in by', causes.map((cause) => `${displayPath(cause.path)}, in ${plural(cause.runs, 'run')}`)),
    ...itemRows(file, item),
    ...(bytes === 0 ? [] : [['one miss', `costs ${formatMs(cost.missCostMs)}; keeping the file ${formatMs(cost.keepCostMs)} a run: cheaper from probability ${figure(cost.breakEven)} on${cost.breakEven > 1 ? ', never' : ''}`]]),
    ['decision', `${decision.decision}: ${displayPath(decision.reason)}`],
  ]);
}

function itemRows({path, openedRuns, sinceRuns}: Explanation['file'], item: Explanation['item']): string[][] {
  if (item === null) {
    return [];
  }
  const others = item.files.filter((other) => other !== path);
  const level = item.level === null ? `kept before any is weighed, since ${sinceRuns === 'new' ? 'no run could show that it is not needed' : 'a run needed it'}` : `kept once ${formatPercent(item.level)} of the weighed bytes are`;
  return [
    ...(others.length === 0 ? [] : list(item.together === null ? 'also named' : `goes with ${item.together}`, others.map(displayPath))),
    ['weighed', `keeping ${formatMs(item.keepMs)} a run against misses ${formatMs(item.expectedMissMs)}${item.hedgedMissMs > item.expectedMissMs ? ` (${formatMs(item.hedgedMissMs)} with ${openedRuns > 0 ? 'runs of other kinds' : 'runs that read all of a package'})` : ''}; ${formatBytes(item.bytes)}, ${figure(item.expectedMissesPerRun)} misses a run`],
    ['place', `${item.place} of ${item.of} in worth; ${level}`],
  ];
}

function list(name: string, entries: readonly string[]): string[][] {
  const rest = entries.length - shown;
  const rows = rest > 0 ? [...entries.slice(0, shown), `and ${rest} more`] : entries;
  return rows.map((entry, at) => [at === 0 ? name : '', entry]);
}

const figure = (value: number): string => String(Number(value.toPrecision(2)));
const belief = (probability: number, [low, high]: readonly [number, number]): string => `${figure(probability)} (95 %: ${figure(low)} to ${figure(high)})`;
