import type {Decision, Generation} from '../../model/debloat-config.js';
import type {Evidence, FileProbability} from '../../model/profile.js';
import type {Verdict} from '../decide.js';
import type {FileGeneration} from './replay-history.js';

/** A file that runs needed, and that recent ones need too rarely for its price, goes. Null leaves the file to the rule. */
export function verdictOfGeneration({observedRuns, observedFlawedRuns}: FileProbability, own: FileGeneration | null | undefined, {runs}: Evidence): Verdict | null {
  if (own == null || own.generation === 'kept' || observedRuns + observedFlawedRuns === 0) {
    return null;
  }
  const recent = Number(own.recentProbability.toPrecision(2));
  return {decision: 'remove', reason: `recent runs need it with probability ${recent}, too rarely for its price; observed in ${observedRuns} of ${runs} runs`};
}

/** As the config says it: what is kept for whatever reason is kept, what the policy removes is as young as what just left. */
export function generationOf(decision: Decision, own: FileGeneration | null | undefined): {generation?: Generation} {
  if (own == null) {
    return {};
  }
  return {generation: decision === 'keep' ? 'kept' : own.generation === 'kept' ? 'young' : own.generation};
}
