import {cells, type NovelCounts, type Tally} from './novel-counts.js';

/** Kinds' worth of belief in the rates of other images, and in a cell's rate against what one set showed itself. */
const cellStrength = 3;
const setStrength = 0.3;

/** P that a candidate beside a missed file is needed. */
export interface NovelRates {
  /** By cell (`cellOf`). */
  readonly byCell: readonly number[];
  /** What sets showed themselves, by number. */
  readonly bySet: ReadonlyMap<number, Tally>;
}

/**
 * Beta-binomial shrinkage in two steps: the image's cells towards those of other images, a set towards its cell.
 *
 * @param prior rates by cell (`novelPrior`)
 */
export function novelRates({byCell, bySet}: NovelCounts, prior: readonly number[]): NovelRates {
  return {byCell: byCell.map(({trials, hits}, cell) => (hits + cellStrength * (prior[cell] ?? 0)) / (trials + cellStrength)), bySet};
}

/** An image weighs no more than this many kinds in a cell of the prior, and unseen cells are drawn to 0. */
const priorWeight = 5;

/** Rates by cell that several images have in common: what another one starts from. */
export function poolRates(images: readonly NovelCounts[]): number[] {
  return Array.from({length: cells}, (_, cell) => {
    const tallies = images.flatMap(({byCell}) => byCell[cell] ?? []).map((tally) => ({...tally, weight: Math.min(1, priorWeight / tally.trials)}));
    const sum = (valueOf: (tally: (typeof tallies)[number]) => number): number => tallies.reduce((total, tally) => total + (tally.trials === 0 ? 0 : tally.weight * valueOf(tally)), 0);
    return sum(({hits}) => hits) / (sum(({trials}) => trials) + priorWeight);
  });
}

/** Shrunk rate of one set, 0 to 1. */
export function rateOf({byCell, bySet}: NovelRates, set: number, cell: number): number {
  const {trials, hits} = bySet.get(set) ?? {trials: 0, hits: 0};
  return (hits + setStrength * (byCell[cell] ?? 0)) / (trials + setStrength);
}
