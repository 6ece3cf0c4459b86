import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {runCli} from '../../src/cli/program.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  /** What `out` is the text of. */
  readonly outBytes: Buffer;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A store of the test's own. */
export async function temporaryStore(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-store-'));
  t.teardown(() => rm(directory, {recursive: true, force: true}));
  return directory;
}

/** Runs a command line in this process, with everything it would do for real. */
export async function winnow(args: readonly string[], {env = {}, signal = new AbortController().signal}: RunOptions = {}): Promise<Outcome> {
  const pieces: Buffer[] = [];
  let err = '';
  const code = await runCli(args, {
    env: {...process.env, ...env},
    cwd: tmpdir(),
    writeOut: (piece) => void pieces.push(Buffer.from(piece as string)),
    writeError: (text) => (err += text),
    errorIsTerminal: false,
    outIsTerminal: false,
    signal,
  });
  const outBytes = Buffer.concat(pieces);
  return {code, out: outBytes.toString(), outBytes, err};
}

/** The same as a process of its own, to send signals to; `prefix` runs it under another program. */
export function spawnWinnow(args: readonly string[], {env = {}, prefix = []}: {env?: Record<string, string>; prefix?: readonly string[]} = {}) {
  const [file = '', ...rest] = [...prefix, process.execPath, '--import=tsx', path.join(root, 'src/cli/main.ts'), ...args];
  return execa(file, rest, {reject: false, env, cwd: root, stdin: 'ignore'});
}

/** The lines of an error output; a good one has exactly one. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
