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
    await checkAll(files);
    return {runs, ...(await withDuckDb((connection) => readTouches(connection, files)))};
  } catch (error) {
    for (const file of files) {
      await readRun(file); // throws what is wrong with the file at fault
    }
    throw error;
  }
}

/** Several at a time: Node reads files on four threads. */
async function checkAll(files: readonly string[]): Promise<void> {
  const pending = files.values();
  const check = async (): Promise<void> => {
    for (const file of pending) {
      await checkIntact(file);
    }
  };
  await Promise.all([check(), check(), check(), check()]);
}

/**
 * The statement (docs/formats.md, "Aggregation"). One small state a path, however many accesses: two bits a run and a bit an
 * operation. All merge by OR, so parts of a fleet's runs can be aggregated apart.
 */
export function touchesSql(files: readonly string[]): string {
  const opens = `op IN (${contentOperations.map(sqlText).join(', ')})`;
  return `
    SELECT path, path_encoded,
           bitstring_agg(CAST(2 * file_index + CAST(${opens} AS INTEGER) AS INTEGER), 0, ${2 * files.length - 1}) AS runs,
           bit_or(1 << (list_position([${operations.map(sqlText).join(', ')}], op) - 1)) AS ops
    FROM read_parquet([${files.map(sqlText).join(', ')}])
    WHERE ok AND origin = 'image'
    GROUP BY path, path_encoded
    ORDER BY path, path_encoded`;
}

async function readTouches(connection: DuckDBConnection, files: readonly string[]): Promise<Omit<RunTouches, 'runs'>> {
  const paths: ContainerPath[] = [];
  const touchedBy: Uint32Array[] = [];
  const openedBy: Uint32Array[] = [];
  const ops: number[] = [];
  const setBits = makeBitReader(files.length);
  for await (const chunk of await connection.stream(touchesSql(files))) {
    for (const [text, encoded, runs, mask] of chunk.getRows() as [string, boolean, DuckDBBitValue, number][]) {
      const {touched, opened} = setBits(runs.data);
      paths.push(pathFromText({text, encoded}));
      touchedBy.push(touched);
      openedBy.push(opened);
      ops.push(mask);
    }
  }
  return {paths, touchedBy, openedBy, opsOf: Uint8Array.from(ops)};
}

/**
 * Reads DuckDB's BIT: the first byte is the number of padding bits, which stand before the others; highest bit first. Runs that
 * opened a path are mostly those that touched it, and then are the same array.
 */
function makeBitReader(runCount: number): (data: Uint8Array) => {readonly touched: Uint32Array; readonly opened: Uint32Array} {
  const touched = new Uint32Array(runCount);
  const opened = new Uint32Array(runCount);
  const lists = new ListPool();
  return (data) => {
    let touches = 0;
    let opens = 0;
    const padding = 8 + (data[0] ?? 0); // an even number, since the bits are
    for (let byte = padding >> 3; byte < data.length; byte += 1) {
      const bits = data[byte] ?? 0;
      for (let at = bits === 0 ? 8 : Math.max(0, padding - 8 * byte); at < 8; at += 2) {
        const pair = (bits >> (6 - at)) & 3;
        if (pair !== 0) {
          const run = (8 * byte + at - padding) >> 1;
          touched[touches] = run;
          touches += 1;
          if ((pair & 1) !== 0) {
            opened[opens] = run;
            opens += 1;
          }
        }
      }
    }
    const touchedBy = lists.copy(touched.subarray(0, touches));
    return {touched: touchedBy, opened: opens === touches ? touchedBy : lists.copy(opened.subarray(0, opens))};
  };
}

/** Keeps many short lists in few buffers, since each buffer costs more than such a list. */
class ListPool {
  #buffer = new Uint32Array();
  #used = 0;

  copy(list: Uint32Array): Uint32Array {
    if (this.#used + list.length > this.#buffer.length) {
      this.#buffer = new Uint32Array(Math.max(2 ** 16, list.length));
      this.#used = 0;
    }
    const copy = this.#buffer.subarray(this.#used, this.#used + list.length);
    copy.set(list);
    this.#used += list.length;
    return copy;
  }
}
