import {BIGINT, UBIGINT} from '@duckdb/node-api';
import type {AccessRow} from '../model/access.js';
import type {LiveEvent} from '../model/live.js';
import type {ProcessIdentity} from './process-identity.js';
import {cellsOf, type RunCells, runColumns, rowOf} from './run-columns.js';
import {metadataFromText, type MetadataText, metadataToText} from './run-metadata.js';

/** The first line of a feed also says who writes it. */
export type StartedEvent = Extract<LiveEvent, {kind: 'started'}>;

type JsonCell = string | number | boolean | null;

/** An event as a line of a feed holds it (docs/formats.md, "Live feed"). */
type LiveLine =
  | (Omit<StartedEvent, 'startedNs'> & {readonly startedNs: string; readonly writer?: ProcessIdentity})
  | {readonly kind: 'rows'; readonly runId: string; readonly rows: readonly (readonly JsonCell[])[]}
  | Extract<LiveEvent, {kind: 'progress'}>
  | {readonly kind: 'ended'; readonly runId: string; readonly metadata: MetadataText};

/** One line with its newline. */
export function encodeLiveEvent(event: LiveEvent, writer?: ProcessIdentity): string {
  return `${JSON.stringify(toLine(event, writer))}\n`;
}

/** Null where the line is no event: the writer was cut off in it, or it is not a feed's. */
export function decodeLiveEvent(line: string): LiveEvent | null {
  try {
    return fromLine(JSON.parse(line) as LiveLine);
  } catch {
    return null;
  }
}

/** Who writes a feed, by its first line; null where the line does not say. */
export function writerOf(firstLine: string): ProcessIdentity | null {
  try {
    const line = JSON.parse(firstLine) as LiveLine;
    return line.kind === 'started' ? (line.writer ?? null) : null;
  } catch {
    return null;
  }
}

function toLine(event: LiveEvent, writer: ProcessIdentity | undefined): LiveLine {
  switch (event.kind) {
    case 'started':
      return {...event, startedNs: event.startedNs.toString(), ...(writer === undefined ? {} : {writer})};
    case 'rows':
      return {...event, rows: event.rows.map(toJsonCells)};
    case 'progress':
      return event;
    case 'ended':
      return {...event, metadata: metadataToText(event.metadata)};
  }
}

function fromLine(line: LiveLine): LiveEvent | null {
  switch (line.kind) {
    case 'started': {
      const {writer: _, ...event} = line;
      return {...event, startedNs: BigInt(line.startedNs)};
    }
    case 'rows':
      return {...line, rows: line.rows.map(fromJsonCells)};
    case 'progress':
      return line;
    case 'ended':
      return {...line, metadata: metadataFromText(line.metadata)};
    default:
      return null;
  }
}

function toJsonCells(row: AccessRow): JsonCell[] {
  const cells = cellsOf(row);
  return runColumns.map(({name}) => {
    const cell = cells[name];
    return typeof cell === 'bigint' ? cell.toString() : cell;
  });
}

function fromJsonCells(cells: readonly JsonCell[]): AccessRow {
  const named = runColumns.map(({name, type}, index) => {
    const cell = cells[index] ?? null;
    return [name, (type === BIGINT || type === UBIGINT) && typeof cell === 'string' ? BigInt(cell) : cell];
  });
  return rowOf(Object.fromEntries(named) as RunCells);
}
