import {setTimeout as sleep} from 'node:timers/promises';
import {awaitedContainer} from '../capture/awaited-container.js';
import {addressOf} from '../capture/container-address.js';
import {execInside} from '../capture/exec-inside.js';
import {type Readiness, waitUntilReady} from '../capture/readiness.js';
import {asWinnowError} from '../capture/recording.js';
import {addressMark, runSteps, type Step, type StepTarget} from '../capture/workload.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImagedTarget} from './attach-runs.js';
import type {Place} from './place.js';

/** What is done while targets are captured. */
export interface AttachWork {
  /** What the steps wait for. */
  readonly ready: Readiness;
  readonly steps: readonly Step[];
}

/**
 * Refuses what needs one container, where it is another number. @throws WinnowError (usage)
 */
export function checkWork({ready, steps}: AttachWork, targets: readonly ImagedTarget[]): void {
  const needs = [
    ...(ready.by === 'started' || ready.by === 'time' ? [] : ['--ready']),
    ...(steps.some(({kind}) => kind === 'exec') ? ['--exec'] : []),
    ...(steps.some((step) => step.kind === 'http' && step.url.includes(addressMark)) ? [`${addressMark} in --http`] : []),
  ];
  if (needs[0] !== undefined && onlyContainer(targets) === null) {
    throw new WinnowError(`${needs[0]} needs one container, and here is ${targets.length === 1 ? 'none' : `more than one: ${targets.map(({target}) => target.name).join(', ')}`}`, {
      exitCode: ExitCode.usage,
      hint: 'attach to one by its name, or use --test',
    });
  }
}

/**
 * Waits until all is ready, and makes steps one after another, up to the first that fails. Where one container is attached to, it is what they are made
 * with, as in a profile. Resolves to why they did not pass, or to null.
 */
export async function runAttachSteps({ready, steps}: AttachWork, targets: readonly ImagedTarget[], place: Place, signal: AbortSignal): Promise<WinnowError | null> {
  try {
    await becomeReady(ready, targets, place, signal);
    const failed = await runSteps(steps, stepTarget(onlyContainer(targets), place), signal);
    return failed === null ? null : new WinnowError(`the ${failed.step.kind === 'test' ? 'test' : 'workload'} failed: ${failed.message}`, {hint: 'what was captured is kept'});
  } catch (error) {
    return signal.aborted ? null : asWinnowError(error);
  }
}

async function becomeReady(ready: Readiness, targets: readonly ImagedTarget[], {docker, reach}: Place, signal: AbortSignal): Promise<void> {
  const containerId = onlyContainer(targets);
  if (ready.by === 'time') {
    await sleep(ready.ms, undefined, {signal});
  } else if (ready.by !== 'started' && containerId !== null && targets[0] !== undefined) {
    const waited = new AbortController();
    try {
      const container = await awaitedContainer(docker, {...targets[0].target, containerId}, reach, waited.signal);
      await waitUntilReady(ready, container, signal);
    } finally {
      waited.abort();
    }
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
