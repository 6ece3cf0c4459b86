import {contentOperations, operations} from '../model/access.js';
import {type ContainerPath, pathFromText} from '../model/container-path.js';
import type {RunMetadata} from '../model/run.js';
import {sqlText, withDuckDb} from './duckdb.js';
import {runFilePath} from './layout.js';

/** One path whose content a run wanted. */
export interface FirstTouch {
  readonly path: ContainerPath;
  /** Of `contentOperations`, bit n is set where the run did `operations[n]` to it. */
  readonly ops: number;
}

/**
 * For each run the image files whose content it wanted, in the order in which it first did: by time, and where a run has no times, as in an
 * import, by the order of its rows.
 */
export async function firstTouches(storeDirectory: string, runs: readonly RunMetadata[]): Promise<FirstTouch[][]> {
  const ordered = runs.map((): FirstTouch[] => []);
  if (runs.length === 0) {
    return ordered;
  }
  const files = runs.map(({runId}) => sqlText(runFilePath(storeDirectory, runId)));
  await withDuckDb(async (connection) => {
    const sql = `
      SELECT CAST(file_index AS INTEGER), path, path_encoded,
             CAST(bit_or(1 << (list_position([${operations.map(sqlText).join(', ')}], op) - 1)) AS INTEGER)
      FROM read_parquet([${files.join(', ')}], file_row_number = true)
      WHERE ok AND origin = 'image' AND op IN (${contentOperations.map(sqlText).join(', ')})
      GROUP BY file_index, path, path_encoded
      ORDER BY file_index, min(first_ns), min(file_row_number), path`;
    for await (const chunk of await connection.stream(sql)) {
      for (const [run, text, encoded, ops] of chunk.getRows() as [number, string, boolean, number][]) {
        ordered[run]?.push({path: pathFromText({text, encoded}), ops});
      }
    }
  });
  return ordered;
}
