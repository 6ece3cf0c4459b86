import {BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, type DuckDBType, type DuckDBValue, INTEGER, LIST, listValue, VARCHAR} from '@duckdb/node-api';
import {pathToText} from '../model/container-path.js';
import type {FileProbability, Profile} from '../model/profile.js';
import {sqlText, withDuckDb} from '../store/duckdb.js';
import type {Exported} from './exported.js';

interface Column {
  readonly name: string;
  readonly type: DuckDBType;
  readonly of: (file: FileProbability) => string | number | boolean | null | readonly string[];
}

/** docs/export.md has them too. */
const columns: readonly Column[] = [
  {name: 'path', type: VARCHAR, of: ({path}) => pathToText(path).text},
  {name: 'path_encoded', type: BOOLEAN, of: ({path}) => pathToText(path).encoded},
  {name: 'type', type: VARCHAR, of: ({type}) => type},
  {name: 'layer', type: INTEGER, of: ({layer}) => layer},
  {name: 'bytes', type: BIGINT, of: ({bytes}) => bytes},
  {name: 'package', type: VARCHAR, of: (file) => file.package},
  {name: 'probability', type: DOUBLE, of: ({probability}) => probability},
  {name: 'low', type: DOUBLE, of: ({interval}) => interval[0]},
  {name: 'high', type: DOUBLE, of: ({interval}) => interval[1]},
  {name: 'observed_runs', type: INTEGER, of: ({observedRuns}) => observedRuns},
  {name: 'observed_flawed_runs', type: INTEGER, of: ({observedFlawedRuns}) => observedFlawedRuns},
  {name: 'workloads', type: LIST(VARCHAR), of: ({observedWorkloads}) => observedWorkloads},
  {name: 'implied_by', type: VARCHAR, of: ({impliedBy}) => (impliedBy === null ? null : pathToText(impliedBy).text)},
  {name: 'implied_by_encoded', type: BOOLEAN, of: ({impliedBy}) => impliedBy !== null && pathToText(impliedBy).encoded},
];

/** A line for each path, RFC 4180 in UTF-8; what is unknown is an empty cell, workloads are a JSON array. */
export function probabilitiesCsv({files}: Profile): Exported {
  function* pieces(): Generator<string> {
    yield `${columns.map(({name}) => name).join(',')}\n`;
    for (const file of files) {
      yield `${columns.map(({of}) => csvCell(of(file))).join(',')}\n`;
    }
  }
  return {pieces: pieces(), leftOut: []};
}

/** The same as Parquet, zstd, with `schema` and `image_id` in its metadata. */
export async function writeProbabilitiesParquet(file: string, {image, files}: Profile): Promise<void> {
  await withDuckDb(async (connection) => {
    await connection.run(`CREATE TABLE probabilities (${columns.map(({name, type}) => `${name} ${type.toString()}`).join(', ')})`);
    const appender = await connection.createAppender('probabilities');
    for (let start = 0; start < files.length; start += chunkRows) {
      const part = files.slice(start, start + chunkRows);
      const chunk = DuckDBDataChunk.create(columns.map(({type}) => type));
      chunk.setColumns(columns.map(({of, type}) => part.map((each) => duckDbValue(of(each), type))));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const pairs = `schema: 'winnow.probabilities/1', image_id: ${sqlText(image.id)}, image_name: ${sqlText(image.name)}`;
    await connection.run(`COPY probabilities TO ${sqlText(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${pairs}})`);
  });
}

/** Rows that DuckDB takes at a time (its STANDARD_VECTOR_SIZE). */
const chunkRows = 2048;

function duckDbValue(value: ReturnType<Column['of']>, type: DuckDBType): DuckDBValue {
  if (typeof value === 'number' && type === BIGINT) {
    return BigInt(value);
  }
  return typeof value === 'object' && value !== null ? listValue([...value]) : value;
}

function csvCell(value: ReturnType<Column['of']>): string {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
