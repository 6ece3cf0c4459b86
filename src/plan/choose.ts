import type {CostModel} from '../model/cost-model.js';
import {keepMs} from './file-cost.js';
import type {Item} from './items.js';

/** What picks a point on the front; where several are given the budget has the last word, and the risk the one before. */
export interface Bounds {
  /** Keep what is cheaper to keep; null keeps what some run needed. */
  readonly cost: CostModel | null;
  /** Bytes that may stay beyond those the policy keeps. */
  readonly budget: number | null;
  /** Keep all up to this level, as `itemLevels` counts; null keeps everything. */
  readonly level: number | null;
}

/** Whether every item that a run needed is kept before any other is weighed: so it is unless a size or a cost decides. */
export function keepsSeen({cost, budget}: Pick<Bounds, 'cost' | 'budget'>): boolean {
  return cost === null && budget === null;
}

/**
 * How far into the order each item comes: the share of bytes, 0 to 1, that is kept once it is. Items that are kept anyway
 * are at −Infinity and out of the order, so that levels found with fewer runs mean the same with more.
 */
export function itemLevels(items: readonly Item[], keepSeen: boolean): Float64Array {
  const isKeptAnyway = ({isSeen}: Item): boolean => keepSeen && isSeen;
  const total = items.reduce((sum, item) => sum + (isKeptAnyway(item) ? 0 : item.bytes), 0);
  let kept = 0;
  return Float64Array.from(items, (item) => {
    if (isKeptAnyway(item)) {
      return -Infinity;
    }
    kept += item.bytes;
    return total === 0 ? 0 : kept / total;
  });
}

/**
 * Which items stay. By size alone they are kept as long as they fit, the most worthy first, and what does not fit is
 * passed over for what does (Dantzig's rule for the knapsack problem, 1957).
 *
 * @param items in falling order of worth
 */
export function chooseItems(items: readonly Item[], {cost, budget, level}: Bounds): boolean[] {
  const levels = itemLevels(items, keepsSeen({cost, budget}));
  const fillsBudget = cost === null && budget !== null;
  const wanted = items.map((item, at) => {
    const isWorthIt = cost === null ? fillsBudget || item.isSeen : item.hedgedMissMs > keepMs(cost, item.bytes) || item.bytes === 0;
    return isWorthIt || level === null || (levels[at] ?? 0) <= level;
  });
  if (budget === null) {
    return wanted;
  }
  let left = budget;
  return items.map(({bytes}, at) => {
    const stays = wanted[at] === true && bytes <= left;
    left -= stays ? bytes : 0;
    return stays;
  });
}
