import {addressOf} from '../capture/container-address.js';
import {runTest} from '../capture/workload.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImagedTarget} from './attach-runs.js';
import type {Place} from './place.js';

/**
 * Runs test commands on this host one after another, up to the first that fails. Where one container is attached to, they
 * have its id and address in their environment, as in a profile. Resolves to why they did not pass, or to null.
 */
export async function runTests(commands: readonly string[], targets: readonly ImagedTarget[], place: Place, signal: AbortSignal): Promise<WinnowError | null> {
  const env = await environmentOf(targets, place);
  try {
    for (const command of commands) {
      signal.throwIfAborted();
      const failure = await runTest({kind: 'test', command}, env, signal);
      if (failure !== null) {
        return new WinnowError(`the test failed: ${failure.message}`, {hint: 'what was captured is kept'});
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
  return null;
}

async function environmentOf(targets: readonly ImagedTarget[], {docker, reach}: Place): Promise<Record<string, string>> {
  const id = targets.length === 1 ? targets[0]?.target.containerId : null;
  if (id == null) {
    return {};
  }
  const address = await addressOf(docker, id, reach);
  return {WINNOW_CONTAINER: id, ...(address === null ? {} : {WINNOW_ADDRESS: address})};
}
