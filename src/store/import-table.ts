import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {DuckDBConnection} from '@duckdb/node-api';
import type {AccessRow} from '../model/access.js';
import type {Run, RunMetadata} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {sqlText, withDuckDb} from './duckdb.js';
import {type CellOf, importRow} from './import-row.js';
import {isRunId} from './layout.js';
import {readRun} from './run-file.js';
import {type MetadataColumn, metadataColumns, metadataFromText, type MetadataText, runSchema} from './run-metadata.js';
import {detectFormat, openTable, type TableFormat} from './table-source.js';

/** What the user says of the runs; it outranks what the table says. */
export interface ImportOptions extends Partial<Pick<RunMetadata, 'imageId' | 'imageName' | 'workload'>> {
  /** By the file's first bytes where it is left out. */
  readonly format?: TableFormat;
}

/**
 * Runs out of a CSV or Parquet table with the columns run_id, workload, path and op, and any others of a run; or the one
 * run of a run file. A table may hold several runs (docs/formats.md, "Import").
 * @throws WinnowError with the line where the table is wrong; then nothing is imported.
 */
export async function importTable(file: string, options: ImportOptions = {}): Promise<Run[]> {
  const {format = await detectFormat(file), ...said} = options;
  return withDuckDb(async (connection) => {
    if (format === 'parquet' && (await isRunFile(connection, file))) {
      const {metadata, rows} = await readRun(file);
      return [{metadata: {...metadata, ...said}, rows}];
    }
    const drafts = await readDrafts(connection, file, format, said);
    const {mtimeMs} = await stat(file);
    return drafts.map((draft) => finish(draft, BigInt(Math.floor(mtimeMs)) * 1_000_000n));
  });
}

/** A run while its rows are still coming. */
interface Draft {
  /** What its first row says of the run; the others may not say otherwise. */
  readonly cells: ReadonlyMap<string, string | null>;
  readonly metadata: RunMetadata;
  readonly rows: AccessRow[];
}

/** A file that is not Parquet at all is told where its rows are read. */
async function isRunFile(connection: DuckDBConnection, file: string): Promise<boolean> {
  const sql = `SELECT 1 FROM parquet_kv_metadata(${sqlText(file)}) WHERE decode(key) = 'schema' AND decode(value) = ${sqlText(runSchema)}`;
  return connection.runAndReadAll(sql).then(({currentRowCount}) => currentRowCount > 0, () => false);
}

async function readDrafts(connection: DuckDBConnection, file: string, format: TableFormat, said: Omit<ImportOptions, 'format'>): Promise<Draft[]> {
  const name = path.basename(file);
  const {columns, rows, place} = await openTable(connection, file, format);
  const required = ['run_id', 'path', 'op', ...(said.workload === undefined ? ['workload'] : [])];
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new WinnowError(`${name} lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`, {
      hint: 'an import needs run_id, workload, path and op',
    });
  }
  const positions = new Map(columns.map((column, index) => [column, index]));
  const drafts = new Map<string, Draft>();
  let index = 0;
  for await (const cells of rows) {
    const cellOf: CellOf = (column) => cells[positions.get(column) ?? -1] ?? null;
    try {
      addRow(drafts, cellOf, said);
    } catch (cause) {
      throw new WinnowError(`${name}, ${await place(index)}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
    }
    index += 1;
  }
  if (drafts.size === 0) {
    throw new WinnowError(`${name} has no accesses`);
  }
  return [...drafts.values()];
}

function addRow(drafts: Map<string, Draft>, cellOf: CellOf, said: Omit<ImportOptions, 'format'>): void {
  const runId = cellOf('run_id') ?? '';
  const draft = drafts.get(runId) ?? startDraft(runId, cellOf, said);
  drafts.set(runId, draft);
  for (const [column, first] of draft.cells) {
    if (cellOf(column) !== first) {
      throw new WinnowError(`${column} of run ${runId} is "${cellOf(column) ?? ''}", but "${first ?? ''}" in an earlier row`);
    }
  }
  draft.rows.push(importRow(cellOf));
}

function startDraft(runId: string, cellOf: CellOf, said: Omit<ImportOptions, 'format'>): Draft {
  if (!isRunId(runId)) {
    throw new WinnowError(`run_id "${runId}" is not made of letters, digits, ".", "_" and "-"`);
  }
  if (said.workload === undefined && cellOf('workload') === null) {
    throw new WinnowError('no workload');
  }
  const cells = new Map(metadataColumns.map((column) => [column, cellOf(column)]));
  const given = [...cells].filter((pair): pair is [MetadataColumn, string] => pair[1] !== null);
  return {cells, metadata: {...metadataFromText({...defaults, ...Object.fromEntries(given), run_id: runId}), ...said}, rows: []};
}

/** Of a run that a table says nothing of: it covered everything, nothing was lost. Times and totals follow from the rows. */
const defaults: Omit<MetadataText, 'run_id'> = {
  schema: runSchema,
  image_id: '',
  image_name: '',
  workload: '',
  started_ns: '0',
  ended_ns: '0',
  complete: 'true',
  incomplete_reason: '',
  lost_records: '0',
  captured_records: '0',
  folded_records: '0',
  backend: 'import',
  rung: '',
  system_calls: '',
  exit_code: '',
};

function finish({cells, metadata, rows}: Draft, fileTimeNs: bigint): Run {
  const times = rows.flatMap(({firstNs, lastNs}) => [firstNs, lastNs]).filter((time) => time > 0n);
  const startedNs = cells.get('started_ns') == null ? times.reduce((a, b) => (b < a ? b : a), times[0] ?? fileTimeNs) : metadata.startedNs;
  const endedNs = cells.get('ended_ns') == null ? times.reduce((a, b) => (b > a ? b : a), startedNs) : metadata.endedNs;
  const capturedRecords = cells.get('captured_records') == null ? rows.reduce((sum, {count}) => sum + count, 0) : metadata.capturedRecords;
  return {metadata: {...metadata, startedNs, endedNs, capturedRecords}, rows};
}
