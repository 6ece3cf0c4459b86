import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Run} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {decodeCreport} from '../wire/creport.js';
import {RunRecorder} from './recorder.js';
import {AccessResolver} from './resolve.js';

export interface CreportImport {
  readonly runId: string;
  readonly workload: string;
  /** The image that slim ran; without one nothing is resolved, and every path counts as made by the run. */
  readonly index: ImageIndex | null;
}

/**
 * A run out of slim's creport.json. Accesses have no times; the run has the file's.
 * @throws WinnowError where the file can't be read or is no such report
 */
export async function importCreport(file: string, {runId, workload, index}: CreportImport): Promise<Run> {
  const {mtimeMs} = await stat(file).catch((cause: unknown) => {
    throw new WinnowError(`${file} can't be read: ${(cause as Error).message}`, {cause});
  });
  const {events, incompleteReason} = decoded(file, await readFile(file, 'utf8'));
  const recorder = new RunRecorder(new AccessResolver({tree: new ImageTree(index ?? {files: []})}));
  events.forEach((event) => recorder.observe(event));
  const {rows, lost, captured, folded, systemCalls} = recorder;
  const writtenNs = BigInt(Math.floor(mtimeMs)) * 1_000_000n;
  return {
    metadata: {
      runId,
      imageId: index?.image.id ?? '',
      imageName: index?.image.name ?? '',
      workload,
      startedNs: writtenNs,
      endedNs: writtenNs,
      complete: incompleteReason === '',
      incompleteReason,
      lostRecords: lost,
      capturedRecords: captured,
      foldedRecords: folded,
      backend: 'import',
      ...(systemCalls === undefined ? {} : {systemCalls}),
      exitCode: null,
    },
    rows,
  };
}

function decoded(file: string, json: string): ReturnType<typeof decodeCreport> {
  try {
    return decodeCreport(json);
  } catch (cause) {
    throw cause instanceof WinnowError ? new WinnowError(`${path.basename(file)}: ${cause.message}`, {cause, hint: 'give a creport.json of slim build'}) : cause;
  }
}
