import type {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import {type CostModel, defaultCost} from '../model/cost-model.js';
import type {DebloatConfig, FileDecision} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {FileProbability, Profile} from '../model/profile.js';
import type {RunTouches} from '../store/aggregate.js';
import {closureOf, groupHardLinks, opensContent} from '../train/closure.js';
import {isClean} from '../train/evidence.js';
import {neededRuns} from '../train/needed-runs.js';
import {trainProfile} from '../train/train-profile.js';
import {itemLevels, keepsSeen} from './choose.js';
import {verdictBeforeRule} from './decide.js';
import {breakEven, keepMs, missMs} from './file-cost.js';
import {fixByPolicy} from './fixed.js';
import {type Item, listItems} from './items.js';
import type {Train} from './run-levels.js';

/** Complete runs of one workload. */
export interface Sighting {
  readonly workload: string;
  readonly runs: number;
  /** Those that wanted anything of the file, and those that wanted its content. */
  readonly observed: number;
  readonly opened: number;
}

/** A path whose touch implies the file. */
export interface Cause {
  readonly path: ContainerPath;
  readonly runs: number;
}

/** What is weighed together with the file; null where the policy or the lack of bytes decides. */
export interface ItemFigures {
  readonly files: readonly ContainerPath[];
  /** Name of the set of files that stay together, if that is why. */
  readonly together: string | null;
  readonly bytes: number;
  readonly expectedMissesPerRun: number;
  /** Milliseconds a run: what keeping costs, and what missing costs. */
  readonly keepMs: number;
  readonly expectedMissMs: number;
  /** What misses count as where the cost decides: runs of other kinds, and that read whole packages, are reckoned with. */
  readonly hedgedMissMs: number;
  /** Place in the order of worth, 1 the most worthy, of that many. */
  readonly place: number;
  readonly of: number;
  /** Share of the weighed bytes that is kept once the item is (`itemLevels`); null where it is kept before any is weighed. */
  readonly level: number | null;
}

/** Every number behind one file's decision. */
export interface Explanation {
  readonly file: FileProbability;
  readonly decision: FileDecision;
  readonly sightings: readonly Sighting[];
  /** The probability that it would have, had no run shown it: what it borrows from other files. */
  readonly unseenProbability: number;
  readonly causes: readonly Cause[];
  readonly item: ItemFigures | null;
  /** Prices, and what one miss costs at them; the file is cheaper to keep from the break-even probability on. */
  readonly cost: CostModel & {readonly missCostMs: number; readonly keepCostMs: number; readonly breakEven: number};
}

/**
 * @param at position of the file in the index
 * @param config planned from `profile`
 */
export function explainFile(at: number, profile: Profile, config: DebloatConfig, touches: RunTouches, index: ImageIndex, tree: ImageTree, train: Train = trainProfile): Explanation {
  const [file, decision] = [profile.files[at], config.files[at]];
  if (file === undefined || decision === undefined) {
    throw new RangeError(`the index has no file ${at}`);
  }
  const causes = causesOf(at, touches, index, tree);
  const own = new Set([file.path, ...causes.map(({path}) => path)]);
  const cost = config.policy.cost ?? defaultCost;
  return {
    file,
    decision,
    sightings: sightingsOf(at, touches, index, tree),
    unseenProbability: train(withoutPaths(touches, own), index, tree).files[at]?.probability ?? 0,
    causes,
    item: itemOf(at, profile, config, index, cost),
    cost: {...cost, missCostMs: missMs(cost, file.bytes), keepCostMs: keepMs(cost, file.bytes), breakEven: breakEven(cost, file.bytes)},
  };
}

function sightingsOf(at: number, touches: RunTouches, index: ImageIndex, tree: ImageTree): Sighting[] {
  const {incidence, opened} = neededRuns(touches, index, tree);
  const isCleanRun = touches.runs.map(isClean);
  const count = (workload: string, runs: Iterable<number>): number => [...runs].filter((run) => isCleanRun[run] === true && touches.runs[run]?.workload === workload).length;
  return [...new Set(touches.runs.filter(isClean).map(({workload}) => workload))].sort().map((workload) => ({
    workload,
    runs: count(workload, touches.runs.keys()),
    observed: count(workload, incidence[at] ?? []),
    opened: count(workload, opened[at] ?? []),
  }));
}

/** Touched paths that imply the file, those of the most runs first. Of a directory, what it holds is no cause here. */
function causesOf(at: number, {paths, touchedBy, openedBy}: RunTouches, index: ImageIndex, tree: ImageTree): Cause[] {
  const hardLinks = groupHardLinks(index.files);
  const file = index.files[at];
  return paths
    .flatMap((path, touched) => {
      const isOpened = (openedBy[touched]?.length ?? 0) > 0;
      const needs = closureOf(tree, hardLinks, path, isOpened ? opensContent : 0);
      return path !== file?.path && file !== undefined && (needs.file === file || needs.implied.has(file)) ? [{path, runs: touchedBy[touched]?.length ?? 0}] : [];
    })
    .sort((a, b) => b.runs - a.runs || (a.path < b.path ? -1 : 1));
}

function withoutPaths({runs, paths, touchedBy, openedBy, opsOf}: RunTouches, out: ReadonlySet<ContainerPath>): RunTouches {
  const stays = paths.map((path) => !out.has(path));
  const pick = <T>(list: readonly T[]): T[] => list.filter((_, at) => stays[at]);
  return {runs, paths: pick(paths), touchedBy: pick(touchedBy), openedBy: pick(openedBy), opsOf: opsOf.filter((_, at) => stays[at])};
}

function itemOf(at: number, profile: Profile, {policy}: DebloatConfig, index: ImageIndex, cost: CostModel): ItemFigures | null {
  const fixed = fixByPolicy(profile.files, {...policy, together: policy.together ?? []});
  const before = profile.files.map((file, own) => verdictBeforeRule(file, fixed[own], profile.evidence));
  const items = listItems(profile, index, cost, fixed, before);
  const place = items.findIndex(({files}) => files.includes(at));
  const item: Item | undefined = items[place];
  if (item === undefined) {
    return null;
  }
  const level = itemLevels(items, keepsSeen({cost: policy.cost ?? null, budget: policy.budget ?? null}))[place] ?? 0;
  return {
    files: item.files.flatMap((own) => profile.files[own]?.path ?? []),
    together: item.together?.name ?? null,
    bytes: item.bytes,
    expectedMissesPerRun: item.expectedMisses,
    keepMs: keepMs(cost, item.bytes),
    expectedMissMs: item.missMs,
    hedgedMissMs: item.hedgedMissMs,
    place: place + 1,
    of: items.length,
    level: Number.isFinite(level) ? level : null,
  };
}
