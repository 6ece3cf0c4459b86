import {BIGINT, BOOLEAN, type DuckDBType, INTEGER, UBIGINT, VARCHAR} from '@duckdb/node-api';
import {type AccessRow, type Operation, operations, type Origin, origins} from '../model/access.js';
import {pathFromText, pathToText} from '../model/container-path.js';
import {WinnowError} from '../model/winnow-error.js';

export interface RunColumn {
  readonly name: keyof RunCells;
  readonly type: DuckDBType;
}

/** Columns of a run file in their order (docs/formats.md, "Run file"). */
export const runColumns: readonly RunColumn[] = [
  {name: 'path', type: VARCHAR},
  {name: 'op', type: VARCHAR},
  {name: 'ok', type: BOOLEAN},
  {name: 'errno', type: INTEGER},
  {name: 'count', type: BIGINT},
  {name: 'first_ns', type: BIGINT},
  {name: 'last_ns', type: BIGINT},
  {name: 'pid', type: INTEGER},
  {name: 'ppid', type: INTEGER},
  {name: 'exe', type: VARCHAR},
  {name: 'dev', type: BIGINT},
  {name: 'inode', type: UBIGINT},
  {name: 'link_target', type: VARCHAR},
  {name: 'origin', type: VARCHAR},
  {name: 'path_encoded', type: BOOLEAN},
  {name: 'exe_encoded', type: BOOLEAN},
  {name: 'link_target_encoded', type: BOOLEAN},
];

/** A row as its columns hold it; 64-bit columns are bigint. */
export interface RunCells {
  readonly path: string;
  readonly op: string;
  readonly ok: boolean;
  readonly errno: number;
  readonly count: bigint;
  readonly first_ns: bigint;
  readonly last_ns: bigint;
  readonly pid: number;
  readonly ppid: number;
  readonly exe: string;
  readonly dev: bigint;
  readonly inode: bigint;
  readonly link_target: string | null;
  readonly origin: string;
  readonly path_encoded: boolean;
  readonly exe_encoded: boolean;
  readonly link_target_encoded: boolean;
}

export function cellsOf(row: AccessRow): RunCells {
  const path = pathToText(row.path);
  const exe = pathToText(row.exe);
  const linkTarget = row.linkTarget === null ? null : pathToText(row.linkTarget);
  return {
    path: path.text,
    op: row.op,
    ok: row.ok,
    errno: row.errno,
    count: BigInt(row.count),
    first_ns: row.firstNs,
    last_ns: row.lastNs,
    pid: row.pid,
    ppid: row.ppid,
    exe: exe.text,
    dev: BigInt(row.dev),
    inode: row.inode,
    link_target: linkTarget?.text ?? null,
    origin: row.origin,
    path_encoded: path.encoded,
    exe_encoded: exe.encoded,
    link_target_encoded: linkTarget?.encoded ?? false,
  };
}

/** @throws WinnowError where a file says what no run can hold: an empty cell, an unknown operation or origin. */
export function rowOf(cells: RunCells): AccessRow {
  for (const {name} of runColumns) {
    if (cells[name] === null && name !== 'link_target') {
      throw new WinnowError(`an access without ${name}`);
    }
  }
  return {
    path: pathFromText({text: cells.path, encoded: cells.path_encoded}),
    op: operationOf(cells.op),
    ok: cells.ok,
    errno: cells.errno,
    count: Number(cells.count),
    firstNs: cells.first_ns,
    lastNs: cells.last_ns,
    pid: cells.pid,
    ppid: cells.ppid,
    exe: pathFromText({text: cells.exe, encoded: cells.exe_encoded}),
    dev: Number(cells.dev),
    inode: cells.inode,
    linkTarget: cells.link_target === null ? null : pathFromText({text: cells.link_target, encoded: cells.link_target_encoded}),
    origin: originOf(cells.origin),
  };
}

export function operationOf(text: string): Operation {
  const known = operations.find((operation) => operation === text);
  if (known === undefined) {
    throw new WinnowError(`"${text}" is not an operation (${operations.join(', ')})`);
  }
  return known;
}

export function originOf(text: string): Origin {
  const known = origins.find((origin) => origin === text);
  if (known === undefined) {
    throw new WinnowError(`"${text}" is not an origin (${origins.join(', ')})`);
  }
  return known;
}
