import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {argvOf} from './command-line.js';
import type {ExecResult} from './exec-inside.js';
import {printedLine} from './printed-line.js';

/** One thing a run does once the container is ready. */
export type Step =
  /** A command inside the container. */
  | {readonly kind: 'exec'; readonly command: string}
  /** A command of the host's shell, with the container's address in its environment. */
  | {readonly kind: 'test'; readonly command: string}
  /** A request from the host; "{address}" stands for the container's address. */
  | {readonly kind: 'http'; readonly url: string};

/** What came of a step: with the same container, whatever does not change by itself is the same. */
export type StepAnswer =
  | {readonly kind: 'exec' | 'test'; readonly what: string; readonly exitCode: number}
  /** `status` null where none came; `bodyDigest` is `sha256:…`. */
  | {readonly kind: 'http'; readonly what: string; readonly status: number | null; readonly bodyDigest: string | null};

/** What steps are made with. */
export interface StepTarget {
  /** Of the container; null where there is none, or not only one. */
  readonly id: string | null;
  /** Address that this host reaches it by; null without a network of its own. */
  readonly address: () => Promise<string | null>;
  /** Runs a program inside and waits for its end. */
  readonly exec: (argv: readonly string[]) => Promise<ExecResult>;
}

/** Stands for the container's address in URLs. */
export const addressMark = '{address}';

/** The URL with {address} filled in. */
export async function urlFor(template: string, target: Pick<StepTarget, 'address'>): Promise<string> {
  return template.includes(addressMark) ? template.replaceAll(addressMark, (await target.address()) ?? '127.0.0.1') : template;
}

export interface StepFailure {
  readonly step: Step;
  readonly exitCode: number;
  readonly message: string;
}

/** Runs steps in order; stops at the first that fails, and says which. `onAnswer` is told what came of each. */
export async function runSteps(
  steps: readonly Step[],
  target: StepTarget,
  signal: AbortSignal,
  onAnswer: (answer: StepAnswer) => void = () => undefined,
): Promise<StepFailure | null> {
  for (const step of steps) {
    signal.throwIfAborted();
    const {answer, failure} = await runStep(step, target, signal);
    onAnswer(answer);
    if (failure !== null) {
      return failure;
    }
  }
  return null;
}

interface StepOutcome {
  readonly answer: StepAnswer;
  readonly failure: StepFailure | null;
}

async function runStep(step: Step, target: StepTarget, signal: AbortSignal): Promise<StepOutcome> {
  switch (step.kind) {
    case 'exec': {
      const {exitCode, output} = await abortable(target.exec(argvOf(step.command)), signal);
      const failure = exitCode === 0 ? null : {step, exitCode, message: describe(`"${step.command}" inside`, exitCode, output)};
      return {answer: {kind: 'exec', what: step.command, exitCode}, failure};
    }
    case 'test': {
      const address = await target.address();
      const env = {...(target.id === null ? {} : {WINNOW_CONTAINER: target.id}), ...(address === null ? {} : {WINNOW_ADDRESS: address})};
      const failure = await runTest(step, env, signal);
      return {answer: {kind: 'test', what: step.command, exitCode: failure?.exitCode ?? 0}, failure};
    }
    case 'http':
      return request(step, await urlFor(step.url, target), signal);
  }
}

/** Runs a test command on the host, with more variables in its environment. */
async function runTest(step: Extract<Step, {kind: 'test'}>, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<StepFailure | null> {
  const {exitCode, output} = await runOnHost(step.command, env, signal);
  return exitCode === 0 ? null : {step, exitCode, message: describe(`"${step.command}"`, exitCode, output)};
}

function describe(what: string, exitCode: number, output: string): string {
  return `${what} ended with exit code ${exitCode}${printedLine(output)}`;
}

async function runOnHost(
  command: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{exitCode: number; output: string}> {
  signal.throwIfAborted(); // who aborted before tells no listener
  const child = spawn('/bin/sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that what it started ends with it
    env: {...process.env, ...env},
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-16_384)));
  }
  const killGroup = (): void => {
    if (child.pid !== undefined) {
      process.kill(-child.pid, 'SIGTERM');
    }
  };
  signal.addEventListener('abort', killGroup, {once: true});
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve(code ?? 255));
    });
    signal.throwIfAborted();
    return {exitCode, output};
  } finally {
    signal.removeEventListener('abort', killGroup);
  }
}

async function request(step: Extract<Step, {kind: 'http'}>, url: string, signal: AbortSignal): Promise<StepOutcome> {
  const answered = (status: number | null, bodyDigest: string | null): StepAnswer => ({kind: 'http', what: step.url, status, bodyDigest});
  try {
    const response = await fetch(url, {signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)])});
    const body = new Uint8Array(await response.arrayBuffer());
    return {
      answer: answered(response.status, `sha256:${createHash('sha256').update(body).digest('hex')}`),
      failure: response.status < 500 ? null : {step, exitCode: 1, message: `${url} answered ${response.status}`},
    };
  } catch (error) {
    signal.throwIfAborted();
    const cause = (error as {cause?: {message?: string}}).cause?.message ?? (error as Error).message;
    return {answer: answered(null, null), failure: {step, exitCode: 1, message: `${url} did not answer: ${cause}`}};
  }
}

/** The promise, or the signal's reason when that comes first. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(2 ** 31 - 1, undefined, {signal: AbortSignal.any([signal, done.signal])}).then(() => promise),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    done.abort();
  }
}
