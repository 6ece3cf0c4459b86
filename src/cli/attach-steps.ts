import {addressOf} from '../capture/container-address.js';
import {execInside} from '../capture/exec-inside.js';
import {addressMark, runSteps, type Step, type StepTarget} from '../capture/workload.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImagedTarget} from './attach-runs.js';
import type {Place} from './place.js';

/**
 * Refuses steps that need one container to be made in, where it is another number. @throws WinnowError (usage)
 */
export function checkSteps(steps: readonly Step[], targets: readonly ImagedTarget[]): void {
  const needs = steps.find((step) => step.kind === 'exec' || (step.kind === 'http' && step.url.includes(addressMark)));
  if (needs !== undefined && onlyContainer(targets) === null) {
    throw new WinnowError(`${needs.kind === 'exec' ? '--exec' : `${addressMark} in --http`} needs one container, and here is ${targets.length === 1 ? 'none' : `more than one: ${targets.map(({target}) => target.name).join(', ')}`}`, {
      exitCode: ExitCode.usage,
      hint: 'attach to one by its name, or use --test',
    });
  }
}

/**
 * Makes steps one after another, up to the first that fails. Where one container is attached to, it is what they are made
 * with, as in a profile. Resolves to why they did not pass, or to null.
 */
export async function runAttachSteps(steps: readonly Step[], targets: readonly ImagedTarget[], place: Place, signal: AbortSignal): Promise<WinnowError | null> {
  try {
    const failed = await runSteps(steps, stepTarget(onlyContainer(targets), place), signal);
    return failed === null ? null : new WinnowError(`the ${failed.step.kind === 'test' ? 'test' : 'workload'} failed: ${failed.message}`, {hint: 'what was captured is kept'});
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    return null;
  }
}

function onlyContainer(targets: readonly ImagedTarget[]): string | null {
  return targets.length === 1 ? (targets[0]?.target.containerId ?? null) : null;
}

function stepTarget(id: string | null, {docker, reach}: Place): StepTarget {
  return {
    id,
    address: () => (id === null ? Promise.resolve(null) : addressOf(docker, id, reach)),
    exec: (argv) => (id === null ? Promise.reject(new Error('there is no container')) : execInside(docker, id, argv)),
  };
}
