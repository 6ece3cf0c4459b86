import {randomBytes} from 'node:crypto';
import {rm} from 'node:fs/promises';
import process from 'node:process';
import type {RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {readdirIfThere} from './atomic-file.js';
import {readCatalogueEntry, writeCatalogueEntry} from './catalogue.js';
import {catalogueFileOf, isRunId, runFilePath, runFileSuffix, runsDirectory} from './layout.js';
import {readRunMetadata} from './run-file.js';

export interface RunFilter {
  /** Name as it was given at capture, or id (`sha256:…`). */
  readonly image?: string;
  readonly workload?: string;
}

export type Warn = (problem: WinnowError) => void;

const warnProcess: Warn = ({message, hint}) => process.emitWarning(hint === undefined ? message : `${message}; ${hint}`);

/** Runs of a store, oldest first; none where there is no store. A file that is no readable run is told to `warn` and left out. */
export async function listRuns(storeDirectory: string, filter: RunFilter = {}, warn: Warn = warnProcess): Promise<RunMetadata[]> {
  const found: RunMetadata[] = [];
  for (const runId of await runIds(storeDirectory)) {
    const metadata = await metadataOf(storeDirectory, runId, warn);
    if (metadata !== null && matches(metadata, filter)) {
      found.push(metadata);
    }
  }
  return found.sort(byStart);
}

/** @throws WinnowError where no run, or more than one, has an id that starts so, or where its file is corrupt. */
export async function findRun(storeDirectory: string, idOrPrefix: string): Promise<RunMetadata> {
  const runId = await findRunId(storeDirectory, idOrPrefix);
  return (await readCatalogueEntry(runFilePath(storeDirectory, runId))) ?? readRunMetadata(runFilePath(storeDirectory, runId));
}

/** Deletes a run, readable or not, and returns its id. @throws WinnowError as findRun does for its id. */
export async function deleteRun(storeDirectory: string, idOrPrefix: string): Promise<string> {
  const runId = await findRunId(storeDirectory, idOrPrefix);
  const file = runFilePath(storeDirectory, runId);
  // The truth goes first: an entry without a run file is nothing, a run file without an entry would come back.
  await rm(file, {force: true});
  await rm(catalogueFileOf(file), {force: true});
  return runId;
}

/** A sortable, unique id: `20261124T065500Z-3f9a1c07`. */
export function newRunId(clock: () => Date = () => new Date(), random: (bytes: number) => Uint8Array = randomBytes): string {
  const time = clock().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${Buffer.from(random(4)).toString('hex')}`;
}

async function findRunId(storeDirectory: string, idOrPrefix: string): Promise<string> {
  const ids = await runIds(storeDirectory);
  const candidates = ids.includes(idOrPrefix) ? [idOrPrefix] : ids.filter((id) => idOrPrefix !== '' && id.startsWith(idOrPrefix));
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new WinnowError(`there is no run "${idOrPrefix}" in ${storeDirectory}`, {hint: '`winnow runs list` shows what is there'});
  }
  if (others.length > 0) {
    throw new WinnowError(`"${idOrPrefix}" is the start of ${candidates.length} runs: ${candidates.slice(0, 5).join(', ')}${candidates.length > 5 ? ', …' : ''}`, {
      hint: 'give more of the id',
    });
  }
  return only;
}

async function runIds(storeDirectory: string): Promise<string[]> {
  const names = await readdirIfThere(runsDirectory(storeDirectory));
  return names.filter((name) => name.endsWith(runFileSuffix)).map((name) => name.slice(0, -runFileSuffix.length)).filter(isRunId);
}

async function metadataOf(storeDirectory: string, runId: string, warn: Warn): Promise<RunMetadata | null> {
  const file = runFilePath(storeDirectory, runId);
  const catalogued = await readCatalogueEntry(file);
  if (catalogued !== null) {
    return catalogued;
  }
  try {
    const metadata = await readRunMetadata(file);
    if (metadata.runId !== runId) {
      throw new WinnowError(`${file} holds run ${metadata.runId}`, {hint: `name it ${metadata.runId}${runFileSuffix}`});
    }
    await writeCatalogueEntry(file, metadata);
    return metadata;
  } catch (error) {
    if (!(error instanceof WinnowError)) {
      throw error;
    }
    const isDeleted = !(await runIds(storeDirectory)).includes(runId); // by another process since this one looked
    if (!isDeleted) {
      warn(error);
    }
    return null;
  }
}

function matches({imageId, imageName, workload}: RunMetadata, filter: RunFilter): boolean {
  return (filter.image === undefined || filter.image === imageId || filter.image === imageName)
    && (filter.workload === undefined || filter.workload === workload);
}

function byStart(a: RunMetadata, b: RunMetadata): number {
  return a.startedNs < b.startedNs ? -1 : a.startedNs > b.startedNs ? 1 : a.runId < b.runId ? -1 : 1;
}
