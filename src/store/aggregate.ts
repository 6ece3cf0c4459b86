import type {DuckDBBitValue, DuckDBConnection} from '@duckdb/node-api';
import {contentOperations, operations} from '../model/access.js';
import {type ContainerPath, pathFromText} from '../model/container-path.js';
import type {RunMetadata} from '../model/run.js';
import {checkIntact} from './catalogue.js';
import {sqlText, withDuckDb} from './duckdb.js';
import {runFilePath} from './layout.js';
import {readRun} from './run-file.js';

/** Which runs touched which image files: all that the trainer needs of the rows. */
export interface RunTouches {
  readonly runs: readonly RunMetadata[];
  /** Paths that at least one run touched successfully as image files, in the byte order of their texts. */
  readonly paths: readonly ContainerPath[];
  /** For path i: indices into `runs` of those that touched it, ascending. */
  readonly touchedBy: readonly Uint32Array[];
  /** For path i: those of them that wanted its content (`contentOperations`). */
  readonly openedBy: readonly Uint32Array[];
  /** For path i: bit n is set where some run did `operations[n]` to it. */
  readonly opsOf: Uint8Array;
}

/**
 * Aggregates many runs of one store in one SQL statement over their files.
 * @throws WinnowError naming the file where one is missing or corrupt.
 */
export async function aggregateRuns(storeDirectory: string, runs: readonly RunMetadata[]): Promise<RunTouches> {
  const files = runs.map(({runId}) => runFilePath(storeDirectory, runId));
  if (files.length === 0) {
    return {runs, paths: [], touchedBy: [], openedBy: [], opsOf: new Uint8Array()};
  }
  try {
    for (const file of files) {
      await checkIntact(file);
    }
    return {runs, ...(await withDuckDb((connection) => readTouches(connection, files)))};
  } catch (error) {
    for (const file of files) {
      await readRun(file); // throws what is wrong with the file at fault
    }
    throw error;
  }
}

/**
 * The statement (docs/formats.md, "Aggregation"). One small state a path, however many accesses: two bits a run and a bit an
 * operation. All merge by OR, so parts of a fleet's runs can be aggregated apart.
 */
export function touchesSql(files: readonly string[]): string {
  return `
    SELECT path, path_encoded,
           bitstring_agg(CAST(file_index AS INTEGER), 0, ${files.length - 1}) AS runs,
           bitstring_agg(CAST(file_index AS INTEGER), 0, ${files.length - 1}) FILTER (op IN (${contentOperations.map(sqlText).join(', ')})) AS opened,
           bit_or(1 << (list_position([${operations.map(sqlText).join(', ')}], op) - 1)) AS ops
    FROM read_parquet([${files.map(sqlText).join(', ')}])
    WHERE ok AND origin = 'image'
    GROUP BY path, path_encoded
    ORDER BY path, path_encoded`;
}

const none = new Uint32Array();

async function readTouches(connection: DuckDBConnection, files: readonly string[]): Promise<Omit<RunTouches, 'runs'>> {
  const paths: ContainerPath[] = [];
  const touchedBy: Uint32Array[] = [];
  const openedBy: Uint32Array[] = [];
  const ops: number[] = [];
  const setBits = makeBitReader(files.length);
  for await (const chunk of await connection.stream(touchesSql(files))) {
    for (const [text, encoded, runs, opened, mask] of chunk.getRows() as [string, boolean, DuckDBBitValue, DuckDBBitValue | null, number][]) {
      paths.push(pathFromText({text, encoded}));
      touchedBy.push(setBits(runs.data));
      openedBy.push(opened === null ? none : setBits(opened.data));
      ops.push(mask);
    }
  }
  return {paths, touchedBy, openedBy, opsOf: Uint8Array.from(ops)};
}

/** Reads DuckDB's BIT: the first byte is the number of padding bits, which stand before the others; highest bit first. */
function makeBitReader(length: number): (data: Uint8Array) => Uint32Array {
  const found = new Uint32Array(length);
  return (data) => {
    let count = 0;
    for (let bit = 0, at = 8 + (data[0] ?? 0); bit < length; bit += 1, at += 1) {
      if (((data[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0) {
        found[count] = bit;
        count += 1;
      }
    }
    return found.slice(0, count);
  };
}
