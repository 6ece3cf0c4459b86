import {type DuckDBConnection, DuckDBInstance} from '@duckdb/node-api';

/**
 * Lends a connection to a database that lives in memory only: processes share Parquet files, never a database file,
 * so nothing needs a lock. It may not spill to disk (its default directory for that is the working directory).
 */
export async function withDuckDb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {temp_directory: '', autoinstall_known_extensions: 'false'});
  try {
    const connection = await instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** An SQL string literal. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** DuckDB's messages go on with hints and excerpts on further lines; the first says what happened. */
export const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
