import type {Evidence, FileProbability} from '../model/profile.js';
import {sumSorted} from '../stats/sum-sorted.js';

/**
 * The evidence with its risks turned from "needs a file that no run touched" to "needs a removed file". Removing only
 * untouched files, the one bounds the other from above; nothing removed, nothing is risked. Files that runs did touch, and a
 * policy removes all the same, add their own probabilities: P(A or B) ≤ P(A) + P(B), however they go together.
 */
export function riskOfRemoval(evidence: Evidence, removed: readonly FileProbability[]): Evidence {
  if (removed.length === 0) {
    return {...evidence, risk: {estimate: 0, upper95: 0}, newWorkloadRisk: evidence.newWorkloadRisk === null ? null : 0};
  }
  const touched = removed.filter(({observedRuns, observedFlawedRuns}) => observedRuns + observedFlawedRuns > 0);
  const added = sumSorted(touched.map(({probability}) => probability));
  const addedUpper = sumSorted(touched.map(({interval: [, upper]}) => upper));
  return {
    ...evidence,
    risk: {estimate: Math.min(1, evidence.risk.estimate + added), upper95: Math.min(1, evidence.risk.upper95 + addedUpper)},
    newWorkloadRisk: evidence.newWorkloadRisk === null ? null : Math.min(1, evidence.newWorkloadRisk + added),
  };
}
