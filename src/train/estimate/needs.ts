import type {Incidence} from '../../stats/incidence.js';
import {winsorisedSum} from '../../stats/winsorised-sum.js';

/** Which runs there are, as the estimate sees them. */
export interface RunKinds {
  /** Number of the kind of each run, 0 to kinds − 1; −1 for a run that counts only what it shows, never what it doesn't. */
  readonly kindOf: Int32Array;
  readonly kinds: number;
  /** Weight of each run, above 0 to 1. */
  readonly weight: Float64Array;
}

/** Counts of needs, for each file that holds content. */
export interface Needs {
  /** Kinds of workload, each weighing as its runs do on average: at most their number. */
  readonly kinds: number;
  /** Sum over kinds of the share of the kind's runs that needed the file. */
  readonly share: Float64Array;
  /** Kinds that needed it. */
  readonly kindsSeen: Uint16Array;
  /** Runs, weighted, and those of them that needed it. */
  readonly runs: number;
  readonly needed: Float64Array;
  /** 1 where some run needed it, be it a flawed one. */
  readonly isSeen: Uint8Array;
  /** 1 where a flawed run needed it. */
  readonly isSeenFlawed: Uint8Array;
  /** 1 where some run looked at it. */
  readonly isTouched: Uint8Array;
  /** Files that a run of a kind not profiled is expected to be the first to need, by leaving each kind out. */
  readonly newInNewKind: number;
  /** Files that one more of the same runs is expected to be the first to need (Good 1953), whatever two runs in a hundred read besides. */
  readonly newInNextRun: number;
}

/** Share of runs whose new files count as the next run's do: what one run read by the thousand, the next won't. */
const outliers = 0.02;

/** Shares are held to 2^−24, so that sums of them are exact and don't depend on the order of files and kinds. */
const resolution = 2 ** 24;

/**
 * @param files positions in the two incidences of the files that are counted
 * @param opened runs that needed each path, and `touched` those that wanted anything of it
 */
export function countNeeds(files: Int32Array, opened: Incidence, touched: Incidence, {kindOf, kinds, weight}: RunKinds): Needs {
  const runsOfKind = new Float64Array(kinds);
  const weightOfKind = new Float64Array(kinds);
  kindOf.forEach((kind, run) => {
    if (kind >= 0) {
      runsOfKind[kind] = (runsOfKind[kind] ?? 0) + 1;
      weightOfKind[kind] = (weightOfKind[kind] ?? 0) + (weight[run] ?? 0);
    }
  });
  const worthOf = weightOfKind.map((sum, kind) => exactly(sum / (runsOfKind[kind] || 1)));
  const share = new Float64Array(files.length);
  const needed = new Float64Array(files.length);
  const kindsSeen = new Uint16Array(files.length);
  const isSeen = new Uint8Array(files.length);
  const isSeenFlawed = new Uint8Array(files.length);
  const isTouched = new Uint8Array(files.length);
  const ofKind = new Float64Array(kinds);
  let newInNewKind = 0;
  const newOf = new Float64Array(kindOf.length);
  for (const [number, at] of files.entries()) {
    const runs = opened[at] ?? [];
    isTouched[number] = (touched[at]?.length ?? 0) > 0 ? 1 : 0;
    isSeen[number] = runs.length > 0 ? 1 : 0;
    if (runs.length === 0) {
      continue;
    }
    ofKind.fill(0);
    let neededRuns = 0;
    let lastRun = 0;
    for (const run of runs) {
      const kind = kindOf[run] ?? -1;
      if (kind >= 0) {
        ofKind[kind] = (ofKind[kind] ?? 0) + (weight[run] ?? 0);
        neededRuns += 1;
        lastRun = run;
        needed[number] = (needed[number] ?? 0) + exactly(weight[run] ?? 0);
      } else {
        isSeenFlawed[number] = 1;
      }
    }
    for (let kind = 0; kind < kinds; kind += 1) {
      const sum = ofKind[kind] ?? 0;
      if (sum > 0) {
        kindsSeen[number] = (kindsSeen[number] ?? 0) + 1;
        share[number] = (share[number] ?? 0) + exactly((sum / (weightOfKind[kind] ?? 1)) * (worthOf[kind] ?? 1));
      }
    }
    newInNewKind += kindsSeen[number] === 1 ? (share[number] ?? 0) : 0;
    if (neededRuns === 1) {
      newOf[lastRun] = (newOf[lastRun] ?? 0) + 1;
    }
  }
  const allKinds = worthOf.reduce((sum, worth) => sum + worth, 0);
  const allRuns = kindOf.reduce((sum, kind, run) => sum + (kind >= 0 ? exactly(weight[run] ?? 0) : 0), 0);
  return {
    kinds: allKinds, share, kindsSeen, runs: allRuns, needed, isSeen, isSeenFlawed, isTouched,
    newInNewKind: newInNewKind / (allKinds + 1),
    newInNextRun: winsorisedSum(newOf.filter((_, run) => (kindOf[run] ?? -1) >= 0), outliers) / (allRuns + 1),
  };
}

const exactly = (value: number): number => Math.round(value * resolution) / resolution;
