import {access, lstat, open} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../model/winnow-error.js';
import {writeAtomically} from '../store/atomic-file.js';
import type {CommandContext} from './context.js';
import {terminalLines} from './terminal-text.js';

/** Pieces that a write gathers. */
const flushBytes = 1 << 16;

/** Writes bytes to `output`, or where it is left out to standard output: unchanged, but for a terminal. */
export async function writeOutput(output: string | undefined, pieces: Iterable<string | Uint8Array>, context: CommandContext): Promise<void> {
  if (output === undefined) {
    for (const piece of gathered(pieces)) {
      context.writeOut(context.outIsTerminal ? terminalLines(piece.toString()) : piece);
    }
    return;
  }
  await writeOutputFile(output, (file) => writeTo(file, pieces), context);
}

/** A device such as /dev/stdout is written to; a file is replaced whole. Its directory has to be there, as for a shell's ">". */
export async function writeOutputFile(name: string, write: (file: string) => Promise<void>, {cwd}: Pick<CommandContext, 'cwd'>): Promise<void> {
  const file = path.resolve(cwd, name);
  try {
    await access(path.dirname(file));
    const isPlain = await lstat(file).then((found) => found.isFile(), () => true);
    await (isPlain ? writeAtomically(file, write) : write(file));
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'choose another --output', cause});
  }
}

async function writeTo(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const piece of gathered(pieces)) {
      await handle.writeFile(piece);
    }
  } finally {
    await handle.close();
  }
}

function* gathered(pieces: Iterable<string | Uint8Array>): Generator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    const next = typeof piece === 'string' ? Buffer.from(piece) : piece;
    held.push(next);
    bytes += next.length;
    if (bytes >= flushBytes) {
      yield Buffer.concat(held);
      held = [];
      bytes = 0;
    }
  }
  yield Buffer.concat(held);
}
