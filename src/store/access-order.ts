import {type ContainerPath, pathFromText} from '../model/container-path.js';
import type {RunMetadata} from '../model/run.js';
import {sqlText, withDuckDb} from './duckdb.js';
import {runFilePath} from './layout.js';

/**
 * Image files whose content some run used, in the order in which runs first did: by the median, over the runs that used a file, of
 * its place among the files of that run (0 first, 1 last).
 * In a run without times, as some imports are, the order of its rows counts.
 */
export async function accessOrder(storeDirectory: string, runs: readonly RunMetadata[]): Promise<ContainerPath[]> {
  if (runs.length === 0) {
    return [];
  }
  const files = runs.map(({runId}) => sqlText(runFilePath(storeDirectory, runId)));
  return withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll(`
      WITH first_uses AS (
        SELECT file_index, path, path_encoded, min(first_ns) AS first_ns, min(file_row_number) AS row
        FROM read_parquet([${files.join(', ')}], file_row_number = true)
        WHERE ok AND origin = 'image' AND op IN ('read', 'map', 'exec')
        GROUP BY ALL
      ), placed AS (
        SELECT *, percent_rank() OVER (PARTITION BY file_index ORDER BY first_ns, row) AS place FROM first_uses
      )
      SELECT path, path_encoded FROM placed GROUP BY ALL ORDER BY median(place), path, path_encoded`);
    return (result.getRows() as [string, boolean][]).map(([text, encoded]) => pathFromText({text, encoded}));
  });
}
