import type {Evidence} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import {coverage} from '../stats/coverage.js';
import {designEffect} from '../stats/design-effect.js';
import {distinctRuns} from '../stats/distinct-runs.js';
import {selectRuns, type Incidence} from '../stats/incidence.js';
import {newKindRisk} from '../stats/new-kind-risk.js';
import {countUnseen, unseenRisk} from '../stats/unseen-risk.js';

/** A run that covers everything it did. Any other proves use of what it shows, and disuse of nothing. */
export function isClean({complete, lostRecords}: RunMetadata): boolean {
  return complete && lostRecords === 0;
}

/** For each run its index among the clean ones, or −1. */
export function cleanIndex(runs: readonly RunMetadata[]): Int32Array {
  let clean = 0;
  return Int32Array.from(runs, (run) => (isClean(run) ? clean++ : -1));
}

/**
 * What the runs say about what they did not show.
 *
 * @param content runs of each file that holds content, numbered among the clean runs
 */
export function gatherEvidence(runs: readonly RunMetadata[], content: Incidence): Evidence {
  const clean = runs.filter(isClean);
  const workloads = [...new Set(clean.map(({workload}) => workload))].sort();
  const kindOf = clean.map(({workload}) => workloads.indexOf(workload));
  const newIndex = distinctRuns(content, kindOf);
  const distinct = selectRuns(content, newIndex);
  const distinctKindOf = kindOf.filter((_, run) => newIndex[run] !== -1);
  const effect = designEffect(content, kindOf)?.effect ?? null;
  return {
    runs: clean.length,
    distinctRuns: distinctKindOf.length,
    workloads,
    designEffect: effect,
    effectiveRuns: effect === null ? Math.min(clean.length, workloads.length) : clean.length / effect,
    flawedRuns: runs.length - clean.length,
    lostRecords: runs.reduce((sum, {lostRecords}) => sum + lostRecords, 0),
    coverage: coverage(distinct),
    risk: unseenRisk(countUnseen(distinct, distinctKindOf.length)),
    newWorkloadRisk: newKindRisk(distinct, distinctKindOf),
  };
}
