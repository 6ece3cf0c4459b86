import {type Operation, operations, type Origin} from '../model/access.js';
import {type ContainerPath, pathFromText} from '../model/container-path.js';
import type {RunMetadata} from '../model/run.js';
import {sqlText, withDuckDb} from './duckdb.js';
import {runFilePath} from './layout.js';
import {originOf} from './run-columns.js';

/** What one program did to one path, over all runs. */
export interface AccessEdge {
  /** '' where unknown. */
  readonly exe: ContainerPath;
  readonly path: ContainerPath;
  /** image wherever some run found the path there. */
  readonly origin: Origin;
  readonly ops: readonly Operation[];
  readonly accesses: number;
  /** Runs that had any of these accesses. */
  readonly runs: number;
}

/** Successful accesses by program and path, in the order of their texts. */
export async function accessEdges(storeDirectory: string, runs: readonly RunMetadata[]): Promise<AccessEdge[]> {
  if (runs.length === 0) {
    return [];
  }
  const files = runs.map(({runId}) => sqlText(runFilePath(storeDirectory, runId)));
  return withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll(`
      SELECT exe, exe_encoded, path, path_encoded, min(origin),
             bit_or(1 << (list_position([${operations.map(sqlText).join(', ')}], op) - 1)),
             CAST(sum(count) AS DOUBLE), CAST(count(DISTINCT file_index) AS INTEGER)
      FROM read_parquet([${files.join(', ')}])
      WHERE ok
      GROUP BY exe, exe_encoded, path, path_encoded
      ORDER BY exe, exe_encoded, path, path_encoded`);
    return (result.getRows() as [string, boolean, string, boolean, string, number, number, number][]).map(
      ([exe, exeEncoded, path, pathEncoded, origin, mask, accesses, runCount]) => ({
        exe: pathFromText({text: exe, encoded: exeEncoded}),
        path: pathFromText({text: path, encoded: pathEncoded}),
        origin: originOf(origin), // of several the first by name: absent never has a success, and image comes before mount and runtime
        ops: operations.filter((_, bit) => (mask & (1 << bit)) !== 0),
        accesses,
        runs: runCount,
      }),
    );
  });
}
