import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import type {RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {writeAtomically} from './atomic-file.js';
import {catalogueFileOf} from './layout.js';
import {metadataFromText, type MetadataText, metadataToText} from './run-metadata.js';

/**
 * Beside each run file stands a small JSON file with its metadata, so that listing opens no Parquet file. The Parquet
 * file is the truth: an entry counts only while size and time of change of the run file are those it was made for.
 * Whoever replaces a run file changes its time; a failing disk does not, so then the digest tells (checkIntact).
 */
interface CatalogueEntry {
  readonly size: string;
  readonly mtime_ns: string;
  readonly sha256: string;
  readonly metadata: MetadataText;
}

/** Where it cannot be written (a store that is read-only, a run deleted meanwhile) listing works all the same. */
export async function writeCatalogueEntry(runFile: string, metadata: RunMetadata): Promise<void> {
  try {
    const version = await versionOf(runFile);
    const entry: CatalogueEntry = {...version, sha256: await sha256Of(runFile), metadata: metadataToText(metadata)};
    await writeAtomically(catalogueFileOf(runFile), (file) => writeFile(file, `${JSON.stringify(entry)}\n`));
  } catch {
    return; // The next listing tries again.
  }
}

/** Metadata of a run, or null where the entry is missing, unreadable or was made for another run file. */
export async function readCatalogueEntry(runFile: string): Promise<RunMetadata | null> {
  try {
    const entry = await currentEntry(runFile);
    return entry === null ? null : metadataFromText(entry.metadata);
  } catch {
    return null; // Whatever is wrong with the entry, the run file says the same and more.
  }
}

/**
 * Parquet as DuckDB writes it has no checksums, and a flipped bit in it may pass for another path.
 * @throws WinnowError where a run file is not what was written. Says nothing of a file without a catalogue entry.
 */
export async function checkIntact(runFile: string): Promise<void> {
  const entry = await currentEntry(runFile).catch(() => null);
  if (entry !== null && entry.sha256 !== (await sha256Of(runFile))) {
    throw new WinnowError('its content is not what was written');
  }
}

async function currentEntry(runFile: string): Promise<CatalogueEntry | null> {
  const entry = JSON.parse(await readFile(catalogueFileOf(runFile), 'utf8')) as CatalogueEntry;
  const {size, mtime_ns} = await versionOf(runFile);
  return entry.size === size && entry.mtime_ns === mtime_ns ? entry : null;
}

async function versionOf(file: string): Promise<Pick<CatalogueEntry, 'size' | 'mtime_ns'>> {
  const {size, mtimeNs} = await stat(file, {bigint: true});
  return {size: size.toString(), mtime_ns: mtimeNs.toString()};
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, {highWaterMark: 2 ** 18}), hash);
  return hash.digest('hex');
}
