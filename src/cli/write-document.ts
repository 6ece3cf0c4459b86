import {access, lstat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../model/winnow-error.js';
import {writeAtomically} from '../store/atomic-file.js';
import type {CommandContext} from './context.js';

/** Writes JSON. A device such as /dev/stdout is written to; a file is replaced whole. Its directory has to be there, as for a shell's ">". */
export async function writeDocument(name: string, document: object, {cwd}: Pick<CommandContext, 'cwd'>): Promise<void> {
  const file = path.resolve(cwd, name);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  try {
    await access(path.dirname(file));
    const isPlain = await lstat(file).then((found) => found.isFile(), () => true);
    await (isPlain ? writeAtomically(file, (temporaryFile) => writeFile(temporaryFile, text)) : writeFile(file, text));
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'choose another --output', cause});
  }
}
