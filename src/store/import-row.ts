import {BIGINT, BOOLEAN, INTEGER, UBIGINT} from '@duckdb/node-api';
import type {AccessRow} from '../model/access.js';
import {WinnowError} from '../model/winnow-error.js';
import {type RunCells, type RunColumn, runColumns, rowOf} from './run-columns.js';

/** Finds a cell of one record by the name of its column; null where it is empty or there is no such column. */
export type CellOf = (column: string) => string | null;

/** Largest values of the columns; counts and device numbers are JavaScript numbers inside. */
const limits = new Map<unknown, bigint>([
  [INTEGER, 2n ** 31n - 1n],
  [BIGINT, 2n ** 63n - 1n],
  [UBIGINT, 2n ** 64n - 1n],
]);
const safeColumns = new Set(['count', 'dev']);
const booleans = new Map([['true', true], ['t', true], ['1', true], ['false', false], ['f', false], ['0', false]]);

/**
 * An access out of texts. Only path and op must be there; what is absent means: it worked (or failed, where errno is not 0),
 * once, to a file of the image (or to nothing, where it failed), all else unknown.
 * @throws WinnowError naming the column and what is wrong with it.
 */
export function importRow(cellOf: CellOf): AccessRow {
  const given = Object.fromEntries(
    runColumns.flatMap((column) => {
      const text = cellOf(column.name);
      return text === null ? [] : [[column.name, parseCell(column, text)]];
    }),
  ) as Partial<RunCells>;
  const {path, op} = given;
  if (path === undefined || op === undefined) {
    throw new WinnowError(`no ${path === undefined ? 'path' : 'op'}`);
  }
  const row = rowOf(withDefaults({...given, path, op}));
  // What is not of the image may be folded: a directory's path with a "/" behind it.
  const named = row.origin === 'image' ? row.path : row.path.replace(/(?<=.)\/$/s, '');
  if (!/^\/(?!.*(\/\/|\0))(?!(.*\/)?\.{1,2}(\/|$))(.*[^/])?$/s.test(named)) {
    throw new WinnowError(`path "${path}" is not absolute and free of ".", "..", NUL and empty names`);
  }
  if (row.ok !== (row.errno === 0) && (row.ok || given.errno !== undefined)) {
    throw new WinnowError(`ok is ${row.ok}, but errno is ${row.errno}`);
  }
  if (row.lastNs < row.firstNs) {
    throw new WinnowError('last_ns is before first_ns');
  }
  return row;
}

function withDefaults(given: Partial<RunCells> & Pick<RunCells, 'path' | 'op'>): RunCells {
  const {errno = 0, first_ns = 0n} = given;
  const {ok = errno === 0} = given;
  return {
    ok,
    errno,
    count: 1n,
    first_ns,
    last_ns: first_ns,
    pid: 0,
    ppid: 0,
    exe: '',
    dev: 0n,
    inode: 0n,
    link_target: null,
    origin: ok ? 'image' : 'absent',
    path_encoded: false,
    exe_encoded: false,
    link_target_encoded: false,
    ...given,
  };
}

function parseCell({name, type}: RunColumn, text: string): string | boolean | number | bigint {
  if (type === BOOLEAN) {
    const value = booleans.get(text.toLowerCase());
    if (value === undefined) {
      throw new WinnowError(`${name} "${text}" is not true or false`);
    }
    return value;
  }
  const limit = safeColumns.has(name) ? BigInt(Number.MAX_SAFE_INTEGER) : limits.get(type);
  if (limit === undefined) {
    return text;
  }
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > limit) {
    throw new WinnowError(`${name} "${text}" is not a whole number from 0 to ${limit}`);
  }
  return type === INTEGER ? Number(text) : BigInt(text);
}
