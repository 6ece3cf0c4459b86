import type {Calibration} from '../model/debloat-config.js';
import type {Evidence, FileProbability} from '../model/profile.js';
import {betaQuantile} from '../stats/beta-quantile.js';
import {sumSorted} from '../stats/sum-sorted.js';

/**
 * The evidence with its risks turned from "needs a file that no run touched" to "needs a removed file". Removing only
 * untouched files, the one bounds the other from above; nothing removed, nothing is risked. Files that runs did touch, and a
 * policy removes all the same, add their own probabilities: P(A or B) ≤ P(A) + P(B), however they go together. So do those that changed since the
 * runs or are new, of which the runs' bound says nothing; they have no bound of their own, so what is expected stands for it.
 */
export function riskOfRemoval(evidence: Evidence, removed: readonly FileProbability[]): Evidence {
  if (removed.length === 0) {
    return {...evidence, risk: {estimate: 0, upper95: 0}, newWorkloadRisk: evidence.newWorkloadRisk === null ? null : 0};
  }
  const wasTouched = ({observedRuns, observedFlawedRuns}: FileProbability): boolean => observedRuns + observedFlawedRuns > 0;
  const touched = removed.filter(wasTouched);
  const unproven = sumSorted(removed.filter((file) => file.sinceRuns !== undefined && !wasTouched(file)).map(({touched: {probability}}) => probability));
  const added = unproven + sumSorted(touched.map(({touched: {probability}}) => probability));
  const addedUpper = unproven + sumSorted(touched.map(({touched: {interval: [, upper]}}) => upper));
  return {
    ...evidence,
    risk: {estimate: Math.min(1, evidence.risk.estimate + added), upper95: Math.min(1, evidence.risk.upper95 + addedUpper)},
    newWorkloadRisk: evidence.newWorkloadRisk === null ? null : Math.min(1, evidence.newWorkloadRisk + added),
  };
}

/**
 * The same where runs were left out to see whether they would have missed a file: their share, with Clopper–Pearson's upper
 * bound at the sample size that the evidence's own risk had, since the same runs err together here as there.
 */
export function calibratedRisk(evidence: Evidence, removed: readonly FileProbability[], {runs, failing}: Calibration): Evidence {
  const {newWorkloadRisk} = riskOfRemoval(evidence, removed);
  if (removed.length === 0 || runs === 0 || failing === runs) {
    const risk = removed.length === 0 ? 0 : 1;
    return {...evidence, risk: {estimate: risk, upper95: risk}, newWorkloadRisk};
  }
  const share = failing / runs;
  const trials = runs * effectiveShare(evidence);
  return {...evidence, risk: {estimate: share, upper95: betaQuantile(0.95, share * trials + 1, (1 - share) * trials)}, newWorkloadRisk};
}

/** Of the runs, how many count as independent: the n_e / n at which the evidence's bound is Clopper–Pearson's; at most 1. */
function effectiveShare({distinctRuns, risk: {estimate, upper95}}: Evidence): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 40 && estimate > 0 && estimate < 1; step += 1) {
    const share = (low + high) / 2;
    const trials = distinctRuns * share;
    [low, high] = betaQuantile(0.95, estimate * trials + 1, (1 - estimate) * trials) > upper95 ? [share, high] : [low, share];
  }
  return high;
}
