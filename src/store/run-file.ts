import path from 'node:path';
import {type DuckDBConnection, DuckDBDataChunk, type DuckDBValue} from '@duckdb/node-api';
import type {AccessRow} from '../model/access.js';
import type {Run, RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {isThere, writeAtomically} from './atomic-file.js';
import {checkIntact, writeCatalogueEntry} from './catalogue.js';
import {firstLine, sqlText, withDuckDb} from './duckdb.js';
import {runFilePath, runFileSuffix} from './layout.js';
import {cellsOf, type RunCells, runColumns, rowOf} from './run-columns.js';
import {metadataFromText, metadataToText} from './run-metadata.js';

/** Rows that DuckDB takes and gives at a time (its STANDARD_VECTOR_SIZE). */
const chunkRows = 2048;

/**
 * Adds a run to a store and returns its file. Runs are immutable: an id is written once. A crash at any point leaves
 * the whole run or none.
 * @throws WinnowError where the store has the run already or cannot be written to.
 */
export async function writeRun(storeDirectory: string, run: Run): Promise<string> {
  const {metadata} = run;
  const file = runFilePath(storeDirectory, metadata.runId);
  await refuseKnown(storeDirectory, metadata.runId);
  await writeRunFile(file, run);
  await writeCatalogueEntry(file, metadata);
  return file;
}

/** @throws WinnowError where the store has a run of this id. */
export async function refuseKnown(storeDirectory: string, runId: string): Promise<void> {
  if (await isThere(runFilePath(storeDirectory, runId))) {
    throw new WinnowError(`run ${runId} is in the store already`, {hint: `delete it first with \`winnow runs delete ${runId}\``});
  }
}

/** Writes a run as a Parquet file anywhere. @throws WinnowError where that fails. */
export async function writeRunFile(file: string, {metadata, rows}: Run): Promise<void> {
  try {
    await writeAtomically(file, (temporaryFile) =>
      withDuckDb(async (connection) => {
        await connection.run(`CREATE TABLE run (${runColumns.map(({name, type}) => `${name} ${type.toString()}`).join(', ')})`);
        await appendRows(connection, rows);
        const pairs = Object.entries(metadataToText(metadata)).map(([key, value]) => `${key}: ${sqlText(value)}`);
        await connection.run(`COPY run TO ${sqlText(temporaryFile)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${pairs.join(', ')}})`);
      }),
    );
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${firstLine(cause)}`, {hint: 'check the space and permissions there', cause});
  }
}

/** Reads a run file. @throws WinnowError where it is missing, corrupt, or no run's. */
export async function readRun(file: string): Promise<Run> {
  return readRunFile(file, async (connection, metadata) => {
    await checkIntact(file);
    const columns = runColumns.map(({name, type}) => `CAST(${name} AS ${type.toString()}) AS ${name}`);
    const result = await connection.stream(`SELECT ${columns.join(', ')} FROM read_parquet(${sqlText(file)})`);
    const rows: AccessRow[] = [];
    for await (const chunk of result) {
      const cells = chunk.getRowObjects(runColumns.map(({name}) => name));
      rows.push(...cells.map((row) => rowOf(row as unknown as RunCells)));
    }
    return {metadata, rows};
  });
}

/** Reads what a run file says of itself, without its rows. @throws WinnowError as readRun does. */
export async function readRunMetadata(file: string): Promise<RunMetadata> {
  return readRunFile(file, (_, metadata) => Promise.resolve(metadata));
}

async function appendRows(connection: DuckDBConnection, rows: readonly AccessRow[]): Promise<void> {
  const appender = await connection.createAppender('run');
  const types = runColumns.map(({type}) => type);
  for (let start = 0; start < rows.length; start += chunkRows) {
    const cells = rows.slice(start, start + chunkRows).map(cellsOf);
    const chunk = DuckDBDataChunk.create(types);
    chunk.setColumns(runColumns.map(({name}) => cells.map((row): DuckDBValue => row[name])));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

async function readRunFile<T>(file: string, read: (connection: DuckDBConnection, metadata: RunMetadata) => Promise<T>): Promise<T> {
  if (!(await isThere(file))) {
    throw new WinnowError(`there is no run file ${file}`, {hint: '`winnow runs list` shows the runs of a store'});
  }
  try {
    return await withDuckDb(async (connection) => read(connection, await checkedMetadata(connection, file)));
  } catch (cause) {
    throw new WinnowError(`${file} is not a readable run: ${firstLine(cause)}`, {
      hint: (cause instanceof WinnowError ? cause.hint : undefined) ?? `if it is in a store, remove it with \`winnow runs delete ${path.basename(file, runFileSuffix)}\``,
      cause,
    });
  }
}

async function checkedMetadata(connection: DuckDBConnection, file: string): Promise<RunMetadata> {
  const described = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(file)}))`);
  const present = new Set(described.getColumns()[0]);
  const missing = runColumns.filter(({name}) => !present.has(name)).map(({name}) => name);
  if (missing.length > 0) {
    throw new WinnowError(`it lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`);
  }
  const pairs = await connection.runAndReadAll(`SELECT decode(key), decode(value) FROM parquet_kv_metadata(${sqlText(file)})`);
  return metadataFromText(Object.fromEntries(pairs.getRows()) as Record<string, string>);
}
