import type {Incidence} from './incidence.js';
import {sumSorted} from './sum-sorted.js';

/**
 * Probability that a run of a kind not profiled needs a file that no run needed: each kind in turn is left out, and
 * its share of runs with a file unknown to all other kinds is averaged over kinds, each weighing the same.
 * Run-level Good–Turing understates this, since every kind stands on both of its sides. Null with fewer than two kinds.
 *
 * @param kindOf kind of each run, 0 to kinds − 1
 */
export function newKindRisk(incidence: Incidence, kindOf: ArrayLike<number>): number | null {
  const runsOfKind = new Map<number, number>();
  for (const kind of Array.from(kindOf)) {
    runsOfKind.set(kind, (runsOfKind.get(kind) ?? 0) + 1);
  }
  if (runsOfKind.size < 2) {
    return null;
  }
  const failing = new Map<number, Set<number>>();
  for (const runs of incidence) {
    const kind = kindOf[runs[0] ?? -1];
    if (kind !== undefined && runs.every((run) => kindOf[run] === kind)) {
      const known = failing.get(kind) ?? new Set();
      failing.set(kind, known);
      runs.forEach((run) => known.add(run));
    }
  }
  const shares = Array.from(runsOfKind, ([kind, count]) => (failing.get(kind)?.size ?? 0) / count);
  return sumSorted(shares) / shares.length;
}
