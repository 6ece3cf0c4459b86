import {integerPower} from '../../stats/elementary.js';
import type {Episode} from './groups.js';

/** How a context counts; the defaults were chosen on recorded runs (docs/prefetch.md). */
export interface ContextModel {
  /** k: how many of the latest misses make the context. */
  readonly order: number;
  /** Factor for an episode that lacks one of them: a run may go a way of its own once. */
  readonly mismatch: number;
  /** Runs' worth of belief in the share of all runs, against that of those that match. */
  readonly strength: number;
}

export const defaultContext: ContextModel = {order: 8, mismatch: 0.02, strength: 0.5};

/**
 * P(group | the latest k groups that were missed): the share of runs that needed it, each run weighing mismatch^(number of context
 * groups that it did not need), shrunk towards the share of all runs. A context model of order k (Kroeger & Long 2001,
 * partitioned context) over sets, since parallel processes make orders vary more than sets.
 *
 * @returns probability of each group, 0 to 1; 0 everywhere without episodes
 */
export function makePredict(groups: number, episodes: readonly Episode[], {order, mismatch, strength}: ContextModel): (misses: readonly number[]) => Float64Array {
  const total = episodes.reduce((sum, {weight}) => sum + weight, 0);
  const share = new Float64Array(groups);
  const holders: number[][] = Array.from({length: groups}, () => []);
  episodes.forEach(({weight, groups: own}, at) =>
    own.forEach((group) => {
      share[group] = (share[group] ?? 0) + weight / total;
      holders[group]?.push(at);
    }),
  );
  return (misses) => {
    const context = misses.slice(-order);
    const matches = new Uint8Array(episodes.length);
    context.forEach((group) => holders[group]?.forEach((at) => (matches[at] = (matches[at] ?? 0) + 1)));
    const belief = Float64Array.from(share, (value) => value * strength);
    let trials = strength;
    episodes.forEach(({weight, groups: own}, at) => {
      const likelihood = weight * integerPower(mismatch, context.length - (matches[at] ?? 0));
      trials += likelihood;
      for (const group of own) {
        belief[group] = (belief[group] ?? 0) + likelihood;
      }
    });
    return total === 0 ? belief : belief.map((value) => Math.min(1, value / trials));
  };
}
