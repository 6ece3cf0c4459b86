import {type ContainerPath, pathToText} from '../model/container-path.js';
import type {CostModel} from '../model/cost-model.js';
import type {Decision, FileDecision} from '../model/debloat-config.js';
import {plural} from '../model/plural.js';
import type {Evidence, FileProbability} from '../model/profile.js';
import {formatBytes, formatMs} from '../model/units.js';
import {holdsContent} from '../train/content.js';
import {keepMs} from './file-cost.js';
import type {Fixed} from './fixed.js';
import type {Item} from './items.js';
import {ownerOf} from './swept.js';

export type Verdict = Pick<FileDecision, 'decision' | 'reason'>;

/** What decided over the items that neither the policy nor a run speaks for. */
export interface Deciding {
  readonly cost: CostModel | null;
  readonly budget: number | null;
  readonly maxRisk: number | null;
}

/** Runtimes look users and groups up in them before the container's first instruction, where no run sees it: `USER name`, `docker exec --user`. */
const readByRuntime: ReadonlySet<ContainerPath> = new Set(['/etc/passwd', '/etc/group']);

/** What happens to a path whatever the rule, or null: the policy's globs, no bytes to save, needed to start, no clean run to say it is not used. */
export function verdictBeforeRule(file: FileProbability, fixed: Fixed | undefined, evidence: Evidence): Verdict | null {
  if (fixed !== undefined && fixed.decision !== null) {
    return {decision: fixed.decision, reason: fixed.reason};
  }
  const isSeen = file.observedRuns + file.observedFlawedRuns > 0;
  if (!holdsContent(file)) {
    return {decision: 'keep', reason: isSeen ? useOf(file, evidence) : `${nameOf(file)} has no bytes to save`};
  }
  if (readByRuntime.has(file.path)) {
    return {decision: 'keep', reason: isSeen ? useOf(file, evidence) : 'the container runtime looks users up in it'};
  }
  if (evidence.runs === 0) {
    return {decision: 'keep', reason: isSeen ? useOf(file, evidence) : 'no complete run without lost records shows that it is not needed'};
  }
  return null;
}

/** What became of a file of an item, and why. */
export function verdictOfRule(file: FileProbability, item: Item, stays: boolean, evidence: Evidence, {cost, budget, maxRisk}: Deciding): Verdict {
  const isSeen = file.observedRuns + file.observedFlawedRuns > 0;
  const use = isSeen ? useOf(file, evidence) : unusedIn(file, evidence);
  if (stays && file.openedRuns > 0 && cost !== null && item.missMs <= keepMs(cost, item.bytes) && item.hedgedMissMs > keepMs(cost, item.bytes)) {
    return {decision: 'keep', reason: `${use}; keeping costs only ${formatMs(keepMs(cost, item.bytes))} a run, and one of another kind may need it`};
  }
  if (stays) {
    return {decision: 'keep', reason: isSeen || (file.sinceRuns === 'new' && cost === null && budget === null) ? use : `${whyUnseenStays(file, item, cost, budget, maxRisk)}; ${use}`};
  }
  if (cost !== null && item.hedgedMissMs <= keepMs(cost, item.bytes)) {
    return {decision: 'remove', reason: `keeping costs ${formatMs(keepMs(cost, item.bytes))} a run and its misses ${formatMs(item.missMs)}; ${use}`};
  }
  return {decision: 'remove', reason: budget === null ? use : `no room in ${formatBytes(budget)}; ${use}`};
}

/** Keeps directories that hold something kept, whatever a glob says. Files are in code-unit order of their paths, as an index is. */
export function keepParents(files: readonly FileDecision[]): FileDecision[] {
  const holds = new Map<ContainerPath, ContainerPath>();
  return files
    .toReversed()
    .map((file) => {
      const held = holds.get(file.path);
      const decision: Decision = held === undefined ? file.decision : 'keep';
      if (decision === 'keep') {
        holds.set(file.path.slice(0, file.path.lastIndexOf('/')), file.path);
      }
      return decision === file.decision ? file : {...file, decision, reason: `holds ${pathToText(held ?? '').text}, which is kept`};
    })
    .reverse();
}

function whyUnseenStays(file: FileProbability, item: Item, cost: CostModel | null, budget: number | null, maxRisk: number | null): string {
  if (item.bytes === 0) {
    return 'its bytes stay under another name';
  }
  if (cost !== null && item.missMs > keepMs(cost, item.bytes)) {
    return `keeping costs ${formatMs(keepMs(cost, item.bytes))} a run and its misses ${formatMs(item.missMs)}`;
  }
  if (cost !== null && item.hedgedMissMs > keepMs(cost, item.bytes)) {
    return `keeping costs only ${formatMs(keepMs(cost, item.bytes))} a run, and one that reads all of ${pathToText(ownerOf(file)).text} would miss it with the rest`;
  }
  if (item.isSeen && item.together !== null) {
    return `goes with ${item.together.title}, of which a part is needed`;
  }
  return maxRisk === null ? `has room in ${formatBytes(budget ?? 0)}` : `without it more than ${Number((maxRisk * 100).toPrecision(3))} % of runs might miss a file`;
}

function useOf({impliedBy, observedRuns, observedFlawedRuns, sinceRuns}: FileProbability, evidence: Evidence): string {
  const use = impliedBy === null ? 'observed' : `needed for ${pathToText(impliedBy).text}`;
  const before = sinceRuns === undefined ? '' : ', before it changed';
  return observedRuns > 0
    ? `${use} in ${observedRuns} of ${plural(evidence.runs, 'run')}${before}`
    : `${use} in ${plural(observedFlawedRuns, 'run')} that lost records or broke off${before}`;
}

function unusedIn({probability, sinceRuns}: FileProbability, evidence: Evidence): string {
  if (sinceRuns === 'new') {
    return `new since the runs, which could not need it; probability ${Number(probability.toPrecision(2))}`;
  }
  const tried = `${plural(evidence.runs, 'run')} of ${plural(evidence.workloads.length, 'workload')}`;
  return `not observed in ${tried}${sinceRuns === undefined ? '' : ', before it changed'}; probability ${Number(probability.toPrecision(2))}`;
}

function nameOf({type}: FileProbability): string {
  return type === 'file' ? 'an empty file' : type === 'char' || type === 'block' ? `a ${type} device` : `a ${type}`;
}
