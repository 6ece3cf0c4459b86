import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {ExitCode} from '../model/exit-code.js';
import {parseDuration} from '../model/units.js';
import {WinnowError} from '../model/winnow-error.js';
import {printedLine} from './printed-line.js';
import {urlFor} from './workload.js';

/** When a container counts as ready for its workload. */
export type Readiness =
  | {readonly by: 'started'}
  | {readonly by: 'tcp'; readonly host: string | null; readonly port: number}
  | {readonly by: 'http'; readonly url: string}
  | {readonly by: 'log'; readonly pattern: RegExp}
  | {readonly by: 'healthcheck'}
  | {readonly by: 'time'; readonly ms: number};

/** What is waited for. */
export interface ReadinessTarget {
  /** The last lines that it printed. */
  readonly output: string;
  /** Calls a listener with each piece of output from now on, and at once with what there was. */
  readonly onOutput: (listener: (text: string) => void) => () => void;
  /** Resolves to its exit code when it has ended; to null where that can't be known. */
  readonly exit: () => Promise<number | null>;
  /** Address that this host reaches it by; null without a network of its own, or before it is started. */
  readonly address: () => Promise<string | null>;
  /** Whether a program listens on a port inside. */
  readonly listens: (port: number) => Promise<boolean>;
  /** Health as its HEALTHCHECK tells; null where it has none. */
  readonly health: () => Promise<string | null>;
}

export const readyTimeoutMs = 60_000;
const pollMs = 50;

/** `tcp:PORT`, `tcp:HOST:PORT`, `http:URL`, `log:REGEX`, `healthcheck` or a duration. @throws WinnowError (usage) */
export function parseReadiness(text: string): Readiness {
  const [kind = '', rest = ''] = splitOnce(text);
  switch (kind) {
    case 'tcp': {
      const match = /^(?:(.+):)?(\d{1,5})$/.exec(rest);
      const port = Number(match?.[2]);
      if (match === null || port < 1 || port > 65_535) {
        throw usage(text);
      }
      return {by: 'tcp', host: match[1] ?? null, port};
    }
    case 'http':
    case 'https': {
      const url = rest.startsWith('//') ? text : rest;
      if (!/^https?:\/\//.test(url)) {
        throw usage(text);
      }
      return {by: 'http', url};
    }
    case 'log':
      try {
        return {by: 'log', pattern: new RegExp(rest)};
      } catch (error) {
        throw new WinnowError(`--ready ${text}: ${(error as Error).message}`, {exitCode: ExitCode.usage, cause: error});
      }
    case 'healthcheck':
      return {by: 'healthcheck'};
    default:
      try {
        return {by: 'time', ms: parseDuration(text)};
      } catch {
        throw usage(text);
      }
  }
}

/** What `parseReadiness` makes this of; null for what needs no waiting. */
export function readinessText(readiness: Readiness): string | null {
  switch (readiness.by) {
    case 'started':
      return null;
    case 'tcp':
      return `tcp:${readiness.host === null ? '' : `${readiness.host}:`}${readiness.port}`;
    case 'http':
      return `http:${readiness.url}`;
    case 'log':
      return `log:${readiness.pattern.source}`;
    case 'healthcheck':
      return 'healthcheck';
    case 'time':
      return `${readiness.ms}ms`;
  }
}

/** Resolves when ready. @throws WinnowError when the container ends first, or it takes too long. */
export async function waitUntilReady(
  readiness: Readiness,
  container: ReadinessTarget,
  signal: AbortSignal,
  timeoutMs = readyTimeoutMs,
): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const done = new AbortController();
  const waiting = AbortSignal.any([signal, deadline, done.signal]);
  signal.throwIfAborted(); // who aborted before tells no listener
  try {
    const ended = container.exit().then((code) => {
      throw new WinnowError(`the container ended${code === null ? '' : ` with exit code ${code}`} before it was ready${printedLine(container.output)}`, {
        hint: 'give it the arguments, environment and mounts it needs (--docker-arg), or profile its own command alone',
      });
    });
    await Promise.race([poll(readiness, container, waiting), ended]);
  } catch (error) {
    if (deadline.aborted && !signal.aborted) {
      throw new WinnowError(`the container was not ready within ${timeoutMs / 1000} s${printedLine(container.output)}`, {
        hint: 'check --ready against what the program offers',
        cause: error,
      });
    }
    throw error;
  } finally {
    done.abort();
  }
}

async function poll(readiness: Readiness, container: ReadinessTarget, signal: AbortSignal): Promise<void> {
  switch (readiness.by) {
    case 'started':
      return;
    case 'time':
      await sleep(readiness.ms, undefined, {signal});
      return;
    case 'log':
      return untilLogged(readiness.pattern, container, signal);
    case 'tcp': {
      const {port} = readiness;
      return until(async () => {
        const host = readiness.host ?? (await container.address());
        return host === null ? container.listens(port) : answersTcp(host, port);
      }, signal);
    }
    case 'http':
      return until(async () => answersHttp(await urlFor(readiness.url, container), signal), signal);
    case 'healthcheck':
      return until(async () => isHealthy(container), signal);
  }
}

async function until(check: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await check())) {
    await sleep(pollMs, undefined, {signal});
  }
}

async function answersTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port, timeout: 1000});
    const settle = (answer: boolean): void => (socket.destroy(), resolve(answer));
    socket.once('connect', () => settle(true)).once('timeout', () => settle(false)).once('error', () => settle(false));
  });
}

async function answersHttp(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {signal: AbortSignal.any([signal, AbortSignal.timeout(5000)])});
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function isHealthy(container: ReadinessTarget): Promise<boolean> {
  const health = await container.health();
  if (health === null) {
    throw new WinnowError('the image has no healthcheck', {hint: 'use --ready tcp:PORT, http:URL or log:REGEX'});
  }
  return health === 'healthy';
}

async function untilLogged(pattern: RegExp, container: ReadinessTarget, signal: AbortSignal): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const stop = container.onOutput((piece) => {
      text = (text + piece).slice(-65_536);
      if (pattern.test(text)) {
        queueMicrotask(() => stop());
        resolve();
      }
    });
    signal.addEventListener('abort', () => (stop(), reject(signal.reason as Error)), {once: true});
  });
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function usage(text: string): WinnowError {
  return new WinnowError(`--ready ${text} is not understood`, {
    exitCode: ExitCode.usage,
    hint: 'write tcp:PORT, http:URL, log:REGEX, healthcheck or a duration such as 2s',
  });
}
