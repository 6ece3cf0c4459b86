import {createHash} from 'node:crypto';
import type {ImageTree} from '../image/tree.js';
import {defaultCost} from '../model/cost-model.js';
import type {Policy} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {Incidence} from '../stats/incidence.js';
import type {RunTouches} from '../store/aggregate.js';
import {holdsContent} from '../train/content.js';
import {isClean} from '../train/evidence.js';
import {neededRuns} from '../train/needed-runs.js';
import {trainProfile} from '../train/train-profile.js';
import {withoutRuns} from '../train/without-runs.js';
import {itemLevels, keepsSeen} from './choose.js';
import {verdictBeforeRule} from './decide.js';
import {fixByPolicy} from './fixed.js';
import {listItems} from './items.js';

export type Train = (touches: RunTouches, index: ImageIndex, tree: ImageTree) => Profile;

/** Trainings that a calibration may take: with fewer runs than this each is left out alone. */
const maxFolds = 20;

/**
 * For each clean run that differs from the others, the level (`itemLevels`) down to which a plan has to keep for the run to
 * miss nothing, had it not been among the runs trained on; Infinity where the policy removes what it needs. The runs are left out one by
 * one or, where there are many, in folds that hold of each workload an equal share.
 */
export function runLevels(touches: RunTouches, index: ImageIndex, tree: ImageTree, policy: Policy, train: Train = trainProfile): number[] {
  const needs = neededRuns(touches, index, tree).incidence.map((runs, at) => (isContent(index, at) ? runs : new Uint32Array()));
  const distinct = listDistinct(touches, needs);
  const folds = Math.min(distinct.length, maxFolds);
  const levels: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const left = distinct.filter((_, at) => at % folds === fold);
    const out = new Set(left.flatMap(({repeats}) => repeats));
    const levelOf = levelsWithout(touches, out, index, tree, policy, train);
    const worst = new Map(left.map(({run}) => [run, -Infinity]));
    needs.forEach((runs, at) => {
      for (const run of runs) {
        const level = worst.get(run);
        if (level !== undefined) {
          worst.set(run, Math.max(level, levelOf[at] ?? -Infinity));
        }
      }
    });
    levels.push(...worst.values());
  }
  return levels;
}

/** Level of each file of the index as the other runs have it. */
function levelsWithout(touches: RunTouches, out: ReadonlySet<number>, index: ImageIndex, tree: ImageTree, policy: Policy, train: Train): Float64Array {
  const profile = train(withoutRuns(touches, out), index, tree);
  const fixed = fixByPolicy(profile.files, {together: [], ...policy});
  const before = profile.files.map((file, at) => verdictBeforeRule(file, fixed[at], profile.evidence));
  const levelOf = Float64Array.from(before, (verdict) => (verdict?.decision === 'remove' ? Infinity : -Infinity));
  const {cost = null, budget = null} = policy;
  const items = listItems(profile, index, cost ?? defaultCost, fixed, before);
  const levels = itemLevels(items, keepsSeen({cost, budget}));
  items.forEach(({files}, at) => files.forEach((file) => (levelOf[file] = levels[at] ?? 0)));
  return levelOf;
}

/** The clean runs that differ, workload by workload, each with the runs of its workload that needed exactly the same. */
function listDistinct({runs}: RunTouches, needs: Incidence): {readonly run: number; readonly repeats: readonly number[]}[] {
  const needed = runs.map((): number[] => []);
  needs.forEach((by, at) => by.forEach((run) => needed[run]?.push(at)));
  const repeats = new Map<string, number[]>();
  runs.forEach((run, at) => {
    if (isClean(run)) {
      const digest = createHash('sha256').update(Uint32Array.from(needed[at] ?? [])).digest('hex');
      const key = `${run.workload}\0${digest}`;
      repeats.set(key, [...(repeats.get(key) ?? []), at]);
    }
  });
  return [...repeats]
    .map(([key, same]) => ({key, run: same[0] ?? 0, repeats: same}))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

const isContent = ({files}: ImageIndex, at: number): boolean => files[at] !== undefined && holdsContent(files[at]);
