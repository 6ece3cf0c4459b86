import {type ContainerPath, pathToText} from '../model/container-path.js';
import {terminalText} from './terminal-text.js';

/** Lines of a table whose columns stand below one another; the last column is not padded, `right` ones end together. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A path for a terminal: a name in an image must not move the cursor or begin a line. */
export function displayPath(path: ContainerPath): string {
  return terminalText(pathToText(path).text);
}
