import type {Run} from '../model/run.js';
import {cellsOf, type RunCells, runColumns} from './run-columns.js';
import {metadataColumns, metadataToText, runSchema} from './run-metadata.js';

export const textFormats = ['csv', 'json'] as const;
export type TextFormat = (typeof textFormats)[number];

/** A run as text, piece by piece; for Parquet there is writeRunFile. A CSV comes back by importTable as it was. */
export function* exportRun(run: Run, format: TextFormat): Generator<string, void> {
  switch (format) {
    case 'csv':
      return yield* toCsv(run);
    case 'json':
      return yield* toJson(run);
  }
}

/** RFC 4180; each line holds the run's metadata first, then the columns of a run file. */
function* toCsv({metadata, rows}: Run): Generator<string, void> {
  yield `${[...metadataColumns, ...runColumns.map(({name}) => name)].join(',')}\n`;
  const text = metadataToText(metadata);
  const prefix = metadataColumns.map((column) => csvCell(text[column])).join(',');
  for (const row of rows) {
    const cells = cellsOf(row);
    yield `${prefix},${runColumns.map(({name}) => csvCell(cells[name])).join(',')}\n`;
  }
}

/** One document, a line a row; 64-bit numbers are decimal strings. */
function* toJson({metadata, rows}: Run): Generator<string, void> {
  const {schema: _, ...text} = metadataToText(metadata);
  yield `{"schema": ${JSON.stringify(runSchema)},\n "metadata": ${JSON.stringify(text)},\n "rows": [`;
  for (const [index, row] of rows.entries()) {
    yield `${index === 0 ? '' : ','}\n  ${JSON.stringify(cellsOf(row), decimalBigints)}`;
  }
  yield '\n]}\n';
}

const csvCell = (cell: RunCells[keyof RunCells]): string => {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const decimalBigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
