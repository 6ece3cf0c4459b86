import type {Evidence} from '../model/profile.js';
import {formatPercent, formatPercentUp} from './figures.js';

/** Above it, "fewer than 100 % of runs" would be all a bound can say. */
const sayingNothing = 0.99;

/**
 * What the evidence promises, in two sentences.
 *
 * @param missed what a run may need: "a file that no test touched"
 */
export function riskLines({runs, distinctRuns, risk, newWorkloadRisk}: Evidence, missed: string): string[] {
  if (runs === 0) {
    return ['No run is complete without lost records, so nothing is known of what the runs do not show.'];
  }
  return [
    risk.upper95 > sayingNothing
      ? `Too few runs differ to bound how often runs like your tests need ${missed}: ${distinctRuns} of ${runs} do.`
      : `With 95 % confidence, fewer than ${formatPercentUp(risk.upper95)} of runs like your tests need ${missed}.`,
    newWorkloadRisk === null
      ? 'For a kind of test you have not run, there is no estimate, since all runs are of one kind.'
      : `For a kind of test you have not run, the estimate is ${formatPercent(newWorkloadRisk)}.`,
  ];
}
