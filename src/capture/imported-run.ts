import type {Stats} from 'node:fs';
import {stat} from 'node:fs/promises';
import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Run, RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {RunRecorder} from './recorder.js';
import {AccessResolver} from './resolve.js';

/** What another tool's record is taken as. */
export interface RunImport {
  readonly runId: string;
  readonly workload: string;
  /** The image whose container the tool watched; without one nothing is resolved, and every path counts as made by the run. */
  readonly index: ImageIndex | null;
}

/** @throws WinnowError where the file can't be read */
export function statImport(file: string): Promise<Stats> {
  return stat(file).catch((cause: unknown) => {
    throw new WinnowError(`${file} can't be read: ${(cause as Error).message}`, {cause});
  });
}

export function recorderFor(index: ImageIndex | null): RunRecorder {
  return new RunRecorder(new AccessResolver({tree: new ImageTree(index ?? {files: []})}));
}

/** The run of all that the recorder was shown; `facts` are what only the kind of record tells. */
export function importedRun(
  {rows, lost, captured, folded, systemCalls}: RunRecorder,
  {runId, workload, index}: RunImport,
  facts: Pick<RunMetadata, 'startedNs' | 'endedNs' | 'complete' | 'incompleteReason' | 'backend'>,
): Run {
  return {
    metadata: {
      runId,
      imageId: index?.image.id ?? '',
      imageName: index?.image.name ?? '',
      workload,
      ...facts,
      lostRecords: lost,
      capturedRecords: captured,
      foldedRecords: folded,
      ...(systemCalls === undefined ? {} : {systemCalls}),
      exitCode: null,
    },
    rows,
  };
}
