import {open} from 'node:fs/promises';
import path from 'node:path';
import type {DuckDBConnection} from '@duckdb/node-api';
import {WinnowError} from '../model/winnow-error.js';
import {firstLine, sqlText} from './duckdb.js';

/** A table of texts as it stands in a file, before anything is checked. */
export interface TableSource {
  readonly columns: readonly string[];
  /** Rows in the order of the file; null where a cell is empty. */
  readonly rows: AsyncIterable<readonly (string | null)[]>;
  /** Where row `index` (from 0) stands, for a person: "line 5". */
  readonly place: (index: number) => Promise<string>;
}

export const tableFormats = ['csv', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Longer first lines are no header. */
const maxHeaderBytes = 65_536;

export async function openTable(connection: DuckDBConnection, file: string, format: TableFormat): Promise<TableSource> {
  switch (format) {
    case 'csv':
      return openCsv(connection, file);
    case 'parquet':
      return openParquet(connection, file);
  }
}

/** What the first bytes say: Parquet has a magic number, anything else is taken for CSV. @throws WinnowError where it cannot be read. */
export async function detectFormat(file: string): Promise<TableFormat> {
  return (await readHead(file, 4)).toString('latin1') === 'PAR1' ? 'parquet' : 'csv';
}

async function openCsv(connection: DuckDBConnection, file: string): Promise<TableSource> {
  const columns = await readHeader(file);
  const types = columns.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(', ');
  const options = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${types}}`;
  return {
    columns,
    rows: streamRows(connection, `SELECT * FROM read_csv(${sqlText(file)}, ${options})`, (error) => csvProblem(file, error)),
    place: async (index) => `line ${await lineOfRow(file, index)}`,
  };
}

async function openParquet(connection: DuckDBConnection, file: string): Promise<TableSource> {
  const problem = (error: unknown) => new WinnowError(`${path.basename(file)} is not readable as Parquet: ${firstLine(error)}`, {cause: error});
  const table = `read_parquet(${sqlText(file)})`;
  const described = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${table})`).catch((error: unknown) => {
    throw problem(error);
  });
  return {
    columns: described.getRows().flat() as string[],
    rows: streamRows(connection, `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ${table}`, problem),
    place: (index) => Promise.resolve(`row ${index + 1}`),
  };
}

async function* streamRows(connection: DuckDBConnection, sql: string, problem: (error: unknown) => WinnowError): AsyncGenerator<(string | null)[]> {
  try {
    for await (const chunk of await connection.stream(sql)) {
      yield* chunk.getRows() as (string | null)[][];
    }
  } catch (error) {
    throw error instanceof WinnowError ? error : problem(error);
  }
}

async function readHeader(file: string): Promise<string[]> {
  const [line = ''] = (await readHead(file, maxHeaderBytes)).toString('utf8').split('\n', 1);
  const columns = line.replace('\uFEFF', '').trim().split(',').map((name) => name.trim().replaceAll('"', ''));
  if (columns.some((name) => name === '' || name.includes('\0'))) {
    throw new WinnowError(`${path.basename(file)}, line 1: no header with the names of the columns`, {hint: 'start it with a line such as run_id,workload,path,op'});
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new WinnowError(`${path.basename(file)}, line 1: two columns are named ${twice}`);
  }
  return columns;
}

async function readHead(file: string, bytes: number): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const {buffer, bytesRead} = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new WinnowError(`cannot read ${file}: ${firstLine(cause)}`, {cause});
  }
}

/** Picks line and reason out of DuckDB's page of advice. */
function csvProblem(file: string, error: unknown): WinnowError {
  const text = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const reason = /^(Expected Number of Columns.*|Value with unterminated.*|Invalid unicode[^.]*|Maximum line size.*)/m.exec(text)?.[1] ?? firstLine(error);
  const hint = reason.startsWith('Invalid unicode') ? 'percent-encode such paths and say true in a column path_encoded' : undefined;
  return new WinnowError(`${path.basename(file)}${line === undefined ? '' : `, line ${line}`}: ${reason.trim()}`, {
    cause: error,
    ...(hint === undefined ? {} : {hint}),
  });
}

/** DuckDB numbers rows, people see lines: blank ones are no rows, and a quoted cell may hold some. Reads the file again, for an error only. */
async function lineOfRow(file: string, index: number): Promise<number> {
  const handle = await open(file, 'r');
  let lineNumber = 0;
  let startedAt = 0;
  let rows = -1; // the header is row -1
  let isQuoted = false;
  for await (const line of handle.readLines()) {
    lineNumber += 1;
    startedAt = isQuoted ? startedAt : lineNumber;
    const isBlank = line === '' && !isQuoted;
    isQuoted = line.split('"').length % 2 === 0 ? !isQuoted : isQuoted;
    if (!isBlank && !isQuoted) {
      if (rows === index) {
        break;
      }
      rows += 1;
    }
  }
  await handle.close();
  return startedAt;
}
