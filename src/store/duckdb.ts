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

/** A text in SQL: a literal, or where it holds NULs, which end the statement inside one, an expression. */
export function sqlText(text: string): string {
  const literals = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return literals.length === 1 ? literals.join('') : `(${literals.join(' || chr(0) || ')})`;
}

/** DuckDB's messages go on with hints and excerpts on further lines; the first says what happened. */
export const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
