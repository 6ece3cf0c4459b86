import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Run} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {decodeCreport} from '../wire/creport.js';
import {importedRun, recorderFor, type RunImport, statImport} from './imported-run.js';

/**
 * A run out of slim's creport.json. Accesses have no times; the run has the file's.
 * @throws WinnowError where the file can't be read or is no such report
 */
export async function importCreport(file: string, as: RunImport): Promise<Run> {
  const {mtimeMs} = await statImport(file);
  const {events, incompleteReason} = decoded(file, await readFile(file, 'utf8'));
  const recorder = recorderFor(as.index);
  events.forEach((event) => recorder.observe(event));
  const writtenNs = BigInt(Math.floor(mtimeMs)) * 1_000_000n;
  return importedRun(recorder, as, {startedNs: writtenNs, endedNs: writtenNs, complete: incompleteReason === '', incompleteReason, backend: 'import'});
}

function decoded(file: string, json: string): ReturnType<typeof decodeCreport> {
  try {
    return decodeCreport(json);
  } catch (cause) {
    throw cause instanceof WinnowError ? new WinnowError(`${path.basename(file)}: ${cause.message}`, {cause, hint: 'give a creport.json of slim build'}) : cause;
  }
}
