import type {ImageTree} from '../../image/tree.js';
import type {CostModel} from '../../model/cost-model.js';
import type {Generation, GenerationPolicy} from '../../model/debloat-config.js';
import type {ImageIndex} from '../../model/image-index.js';
import type {RunTouches} from '../../store/aggregate.js';
import {holdsContent} from '../../train/content.js';
import {isClean} from '../../train/evidence.js';
import {neededRuns} from '../../train/needed-runs.js';
import {Generations} from './generations.js';

/** Where each file of an image stands after its runs, and why. */
export interface FileGeneration {
  readonly generation: Generation;
  /** Of recent runs more than of older ones, 0 to 1. */
  readonly recentProbability: number;
}

/**
 * Plays an image's runs in the order in which they started. A look at a file's metadata is a need, as it is where a plan keeps what was observed.
 *
 * @returns for each file of the index; null for what holds no content
 */
export function replayHistory(touches: RunTouches, index: ImageIndex, tree: ImageTree, cost: CostModel, policy: GenerationPolicy): (FileGeneration | null)[] {
  const {incidence} = neededRuns(touches, index, tree);
  const contents = [...index.files.keys()].filter((at) => holdsContent(index.files[at] ?? {type: 'directory', bytes: 0}));
  const needs = touches.runs.map((): Set<number> => new Set());
  contents.forEach((at, content) => incidence[at]?.forEach((run) => needs[run]?.add(content)));
  const generations = new Generations(contents.map((at) => index.files[at]?.bytes ?? 0), cost, policy);
  const order = [...touches.runs.entries()].sort(([, a], [, b]) => (a.startedNs < b.startedNs ? -1 : a.startedNs > b.startedNs ? 1 : a.runId < b.runId ? -1 : 1));
  for (const [at, run] of order) {
    generations.add(needs[at] ?? new Set(), isClean(run));
  }
  const result = index.files.map((): FileGeneration | null => null);
  contents.forEach((at, content) => {
    result[at] = {generation: generations.generations[content] ?? 'young', recentProbability: generations.probability(content)};
  });
  return result;
}
