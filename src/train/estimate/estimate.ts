import {logistic} from '../../stats/elementary.js';
import {Familiar, type FamiliarTable} from './familiar.js';
import {featuresOf, seenFeatures, unseenFeatures} from './features.js';
import type {ImageStructure} from './image-structure.js';
import type {Needs} from './needs.js';

const step = 1 / 256;
const logitRange = 40;

/** What was learned from runs of other images (scripts/learn). */
export interface Learned {
  /** A weight for each of `unseenFeatures` and `seenFeatures`; none below 0 that would let a sighting lower a probability. */
  readonly unseen: readonly number[];
  readonly seen: readonly number[];
  readonly familiar: FamiliarTable;
}

/** Probabilities of the files that hold content, in the order of the structure. */
export interface Estimates {
  /** That the next run needs the file, which is as likely of a new kind as of a profiled one. */
  readonly next: Float64Array;
  /** That a run of the profiled kinds does. */
  readonly likeProfiled: Float64Array;
}

/** Share of future runs that are of a kind not profiled, where nothing is said about them. */
const newKinds = 2 / 3;
/** New files that are expected of a kind or a run though none so far had one of its own. */
const leastNew = 0.5;
/** Share of the files that a run needs, before any was seen. */
const assumedShare = 0.05;

/**
 * A file that was needed has its own share of kinds and runs, and its neighbours', weighed by a logistic model. Those that were
 * not needed share the unseen mass, which is Good–Turing's over kinds and over runs, by a second one; none of them is likelier than half
 * of what one kind among all would make it.
 */
export function estimate(structure: ImageStructure, needs: Needs, learned: Learned): Estimates {
  const features = featuresOf(structure, needs, new Familiar(learned.familiar));
  const seen = needs.share.map((_, file) => (needs.isSeen[file] === 1 ? logistic(dot(features.seen, file * seenFeatures.length, learned.seen)) : 0));
  const unseen = needs.share.map((_, file) => dot(features.unseen, file * unseenFeatures.length, learned.unseen));
  const most = 0.5 / (needs.kinds + 1);
  const histogram = histogramOf(unseen.filter((_, file) => needs.isSeen[file] === 0));
  const withMass = (mass: number): Float64Array => {
    const shift = shiftTo(mass / most, histogram);
    return unseen.map((logit, file) => Math.max(seen[file] ?? 0, most * logistic(logit + shift)));
  };
  if (needs.kinds === 0) {
    const assumed = withMass(assumedShare * unseen.length);
    return {next: assumed, likeProfiled: assumed};
  }
  const inNextRun = needs.newInNextRun + leastNew / (needs.runs + 1);
  const inNewKind = needs.newInNewKind + leastNew / (needs.kinds + 1);
  const next = withMass(newKinds * inNewKind + (1 - newKinds) * inNextRun);
  return {next, likeProfiled: withMass(inNextRun).map((unneeded, file) => (needs.isSeen[file] === 1 ? asProfiled(needs, file, next[file] ?? 0) : unneeded))};
}

/** Share of kinds, each by its own runs: the next run of a kind needs what its others did. One run's worth of doubt draws it to `next`. */
function asProfiled({share, isSeenFlawed, kinds, runs}: Needs, file: number, next: number): number {
  const flawed = isSeenFlawed[file] ?? 0;
  return (runs * (((share[file] ?? 0) + flawed) / (kinds + flawed)) + next) / (runs + 1);
}

function dot(rows: Float64Array, from: number, weights: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at += 1) {
    sum += (weights[at] ?? 0) * (rows[from + at] ?? 0);
  }
  return sum;
}

/** Logits told apart to 1/256, which leaves probabilities exact to half a percent, with their numbers: sums over it don't depend on order. */
function histogramOf(logits: Float64Array): ReadonlyMap<number, number> {
  const histogram = new Map<number, number>();
  for (const logit of logits) {
    const bin = Math.round(logit / step) * step;
    histogram.set(bin, (histogram.get(bin) ?? 0) + 1);
  }
  return new Map([...histogram].sort(([a], [b]) => a - b));
}

/** What to add to all logits for the probabilities to sum up to `mass`, by bisection. */
function shiftTo(mass: number, histogram: ReadonlyMap<number, number>): number {
  const bins = [...histogram];
  const sumAt = (shift: number): number => bins.reduce((sum, [logit, count]) => sum + count * logistic(logit + shift), 0);
  let [low, high] = [-logitRange, logitRange];
  for (let halving = 0; halving < 40; halving += 1) {
    const middle = (low + high) / 2;
    [low, high] = sumAt(middle) < mass ? [middle, high] : [low, middle];
  }
  return low;
}
