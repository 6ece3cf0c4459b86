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
  // By itself execa would send SIGKILL 5 s after SIGTERM; on a busy machine cleaning up takes longer.
  return execa(file, rest, {reject: false, env, cwd: root, stdin: 'ignore', forceKillAfterDelay: false});
}

/** Resolves once a live feed of the store has the path. @throws Error with what winnow said, where it ends before that */
export async function untilLive(winnow: ReturnType<typeof spawnWinnow>, store: string, file: string): Promise<void> {
  const wait = `until grep -rq "$1" "$0"/live 2>/dev/null; do kill -0 ${winnow.pid} || exit 1; sleep 0.05; done`;
  const {exitCode} = await execa('sh', ['-c', wait, store, file], {reject: false});
  if (exitCode !== 0) {
    throw new Error((await winnow).stderr);
  }
}

/** The lines of an error output; a good one has exactly one. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
