import {writeFile} from 'node:fs/promises';
import type {CommandContext} from './context.js';
import {writeOutputFile} from './write-output.js';

/** Writes JSON. */
export async function writeDocument(name: string, document: object, context: Pick<CommandContext, 'cwd'>): Promise<void> {
  await writeOutputFile(name, (file) => writeFile(file, `${JSON.stringify(document, null, 2)}\n`), context);
}
