import {type ContainerPath, pathToText} from '../model/container-path.js';

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
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return pathToText(path).text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
