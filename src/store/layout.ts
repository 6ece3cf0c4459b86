import path from 'node:path';
import {WinnowError} from '../model/winnow-error.js';

/** Where a store keeps what: docs/formats.md, "Store". */
export const runsDirectory = (storeDirectory: string): string => path.join(storeDirectory, 'runs');
export const liveDirectory = (storeDirectory: string): string => path.join(storeDirectory, 'live');

export const runFileSuffix = '.parquet';
const catalogueSuffix = '.json';
export const liveSuffix = '.ndjson';

export const runFilePath = (storeDirectory: string, runId: string): string =>
  path.join(runsDirectory(storeDirectory), checkRunId(runId) + runFileSuffix);

/** The run's entry in the catalogue stands beside its file. */
export const catalogueFileOf = (runFile: string): string =>
  path.join(path.dirname(runFile), path.basename(runFile, runFileSuffix) + catalogueSuffix);

export const liveFilePath = (storeDirectory: string, runId: string): string =>
  path.join(liveDirectory(storeDirectory), checkRunId(runId) + liveSuffix);

/** A run id names files, so an imported one must not leave the store or hide in it. */
export const isRunId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text);

function checkRunId(runId: string): string {
  if (!isRunId(runId)) {
    throw new WinnowError(`"${runId}" cannot be a run id`, {hint: 'use letters, digits, ".", "_" and "-", starting with a letter or digit'});
  }
  return runId;
}
