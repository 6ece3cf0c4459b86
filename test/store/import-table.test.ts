import {utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type {AccessRow} from '../../src/model/access.js';
import type {Run} from '../../src/model/run.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {sqlText, withDuckDb} from '../../src/store/duckdb.js';
import {exportRun} from '../../src/store/export-run.js';
import {importTable} from '../../src/store/import-table.js';
import {writeRunFile} from '../../src/store/run-file.js';
import {runArbitrary, sampleMetadata, sampleRow, sampleRun, temporaryDirectory} from './fixtures.js';

/** What a table can hold: an outcome that agrees with itself, a resolved path, times in order. */
const importable = (row: AccessRow): AccessRow => ({
  ...row,
  path: `/${row.path.split('/').filter((name) => !['', '.', '..'].includes(name)).join('/')}`,
  errno: row.ok ? 0 : 2,
  firstNs: row.firstNs < row.lastNs ? row.firstNs : row.lastNs,
  lastNs: row.firstNs < row.lastNs ? row.lastNs : row.firstNs,
});

const importableRun = runArbitrary
  .filter(({rows, metadata}) => rows.length > 0 && metadata.workload !== '')
  .map(({metadata, rows}): Run => ({metadata, rows: rows.map(importable)}));

test('a run that is exported as CSV is imported as it was: any path bytes, quotes, commas and line breaks', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'runs.csv');
  await fc.assert(
    fc.asyncProperty(importableRun, async (run) => {
      await writeFile(file, [...exportRun(run, 'csv')].join(''));
      t.deepEqual(await importTable(file), [run]);
    }),
    {numRuns: 40},
  );
});

test('an export as JSON is one document with every number exact', (t) => {
  const run: Run = {metadata: sampleMetadata(), rows: [sampleRow({path: '/caf\udce9'}), sampleRow({linkTarget: '../x'})]};
  const document = JSON.parse([...exportRun(run, 'json')].join('')) as {schema: string; metadata: Record<string, string>; rows: Record<string, unknown>[]};
  t.is(document.schema, 'winnow.run/1');
  t.is(document.metadata['started_ns'], '1795503300000000001');
  t.like(document.rows[0], {path: '/caf%E9', path_encoded: true, inode: '18446744073709551615', link_target: null});
  t.like(document.rows[1], {path: '/usr/bin/perl', link_target: '../x'});
  t.deepEqual((JSON.parse([...exportRun({...run, rows: []}, 'json')].join('')) as {rows: unknown[]}).rows, []);
});

test('a table needs only run_id, workload, path and op; the rest means "worked, once, on an image file"', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'runs.csv');
  await writeFile(file, 'run_id,workload,path,op\nr1,smoke,/usr/bin/perl,exec\nr2,api,/etc/passwd,read\nr1,smoke,/lib,lookup\n');
  await utimes(file, 1000, 1000);
  const bare = {count: 1, errno: 0, ok: true, firstNs: 0n, lastNs: 0n, pid: 0, ppid: 0, exe: '', dev: 0, inode: 0n, linkTarget: null, origin: 'image'} as const;
  const of = (runId: string, workload: string, capturedRecords: number) =>
    sampleMetadata({runId, workload, capturedRecords, imageId: '', imageName: '', backend: 'import', exitCode: null, startedNs: 10n ** 12n, endedNs: 10n ** 12n});
  t.deepEqual(await importTable(file), [
    {metadata: of('r1', 'smoke', 2), rows: [{...bare, path: '/usr/bin/perl', op: 'exec'}, {...bare, path: '/lib', op: 'lookup'}]},
    {metadata: of('r2', 'api', 1), rows: [{...bare, path: '/etc/passwd', op: 'read'}]},
  ]);
});

test('columns come in any order and with unknown ones between, lines end as Windows ends them, times bound the run', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'runs.csv');
  await writeFile(file, '\uFEFFop,comment,errno,path,workload,run_id,first_ns,last_ns\r\nstat,"hm, ""no""",2,/x,w,r1,500,900\r\nstat,,,/y,w,r1,400,\r\n');
  const [run] = await importTable(file, {imageName: 'shop', imageId: 'sha256:1', workload: 'said'});
  t.like(run?.metadata, {imageName: 'shop', imageId: 'sha256:1', workload: 'said', startedNs: 400n, endedNs: 900n});
  t.like(run?.rows[0], {path: '/x', ok: false, errno: 2, origin: 'absent', firstNs: 500n, lastNs: 900n});
  t.like(run?.rows[1], {path: '/y', ok: true, errno: 0, origin: 'image', firstNs: 400n, lastNs: 400n});
});

test('with a workload on the command line the table needs none', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'runs.csv');
  await writeFile(file, 'run_id,path,op\nr1,/x,read\n');
  t.is((await importTable(file, {workload: 'said'}))[0]?.metadata.workload, 'said');
});

test('any Parquet table with the columns is imported, and a run file as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  const table = path.join(directory, 'table.parquet');
  const select = "SELECT 'r' || (i % 2) AS run_id, 'w' AS workload, '/f' || i AS path, 'read' AS op, i::SMALLINT AS pid FROM range(4) AS t(i)";
  await withDuckDb((connection) => connection.run(`COPY (${select}) TO ${sqlText(table)} (FORMAT parquet)`));
  const runs = await importTable(table);
  t.deepEqual(runs.map(({metadata, rows}) => [metadata.runId, rows.map((row) => [row.path, row.pid])]), [
    ['r0', [['/f0', 0], ['/f2', 2]]],
    ['r1', [['/f1', 1], ['/f3', 3]]],
  ]);

  const runFile = path.join(directory, 'run.parquet');
  await writeRunFile(runFile, sampleRun('kept'));
  t.deepEqual(await importTable(runFile), [sampleRun('kept')]);
  t.is((await importTable(runFile, {imageName: 'said'}))[0]?.metadata.imageName, 'said');
});

const isTold = test.macro(async (t, content: string | Buffer, message: string) => {
  const file = path.join(await temporaryDirectory(t), 'bad.csv');
  await writeFile(file, content);
  const error = await t.throwsAsync(importTable(file), {instanceOf: WinnowError});
  t.is(error.message, message);
});

const header = 'run_id,workload,path,op\n';
test('an empty file', isTold, '', 'bad.csv, line 1: no header with the names of the columns');
test('a name of a column with a NUL', isTold, 'run_id,workload,path,op,\0\n', 'bad.csv, line 1: no header with the names of the columns');
test('a header alone', isTold, header, 'bad.csv has no accesses');
test('a header that names a column twice', isTold, 'run_id,workload,path,op,path\n', 'bad.csv, line 1: two columns are named path');
test('a missing column', isTold, 'run_id,workload,path\nr,w,/x\n', 'bad.csv lacks the column op');
test('several missing columns, as where the separator is another', isTold, 'run_id;workload;path;op\n', 'bad.csv lacks the columns run_id, path, op, workload');
test('an unknown operation', isTold, `${header}r,w,/x,read\nr,w,/x,open\n`, 'bad.csv, line 3: "open" is not an operation (lookup, stat, list, read, map, exec, write, remove)');
test('the line of an error behind blank lines and line breaks in cells', isTold, `${header}\nr,w,"/a\n\n""b",read\n\nr,w,/x,\n`, 'bad.csv, line 7: no op');
test('a row that is too short', isTold, `${header}r,w,/x,read\nr,w,/x\n`, 'bad.csv, line 3: Expected Number of Columns: 4 Found: 3');
test('a row that is too long', isTold, `${header}r,w,/x,read,more\n`, 'bad.csv, line 2: Expected Number of Columns: 4 Found: 5');
test('a quote without an end', isTold, `${header}r,w,"/x,read\n`, 'bad.csv, line 2: Value with unterminated quote found.');
test('bytes that are not UTF-8', isTold, Buffer.from(`${header}r,w,/x\xff,read\n`, 'latin1'), 'bad.csv, line 2: Invalid unicode (byte sequence mismatch) detected');
test('a relative path', isTold, `${header}r,w,x,read\n`, 'bad.csv, line 2: path "x" is not absolute and free of ".", "..", NUL and empty names');
test('a path with a way up', isTold, `${header}r,w,/a/../b,read\n`, 'bad.csv, line 2: path "/a/../b" is not absolute and free of ".", "..", NUL and empty names');
test('a path with a NUL', isTold, `${header}r,w,/a\0b,read\n`, 'bad.csv, line 2: path "/a\0b" is not absolute and free of ".", "..", NUL and empty names');
test('a path that ends in a slash', isTold, `${header}r,w,/a/,read\n`, 'bad.csv, line 2: path "/a/" is not absolute and free of ".", "..", NUL and empty names');
test('a run id that is a path', isTold, `${header}../r,w,/x,read\n`, 'bad.csv, line 2: run_id "../r" is not made of letters, digits, ".", "_" and "-"');
test('no workload in a row', isTold, `${header}r,,/x,read\n`, 'bad.csv, line 2: no workload');
test('a run of two workloads', isTold, `${header}r,w,/x,read\nr,v,/x,read\n`, 'bad.csv, line 3: workload of run r is "v", but "w" in an earlier row');
test('a count that is no number', isTold, 'run_id,workload,path,op,count\nr,w,/x,read,many\n', 'bad.csv, line 2: count "many" is not a whole number from 0 to 9007199254740991');
test('an inode beyond 64 bits', isTold, 'run_id,workload,path,op,inode\nr,w,/x,read,18446744073709551616\n', 'bad.csv, line 2: inode "18446744073709551616" is not a whole number from 0 to 18446744073709551615');
test('a truth that is none', isTold, 'run_id,workload,path,op,ok\nr,w,/x,read,maybe\n', 'bad.csv, line 2: ok "maybe" is not true or false');
test('a success with an error number', isTold, 'run_id,workload,path,op,ok,errno\nr,w,/x,read,true,2\n', 'bad.csv, line 2: ok is true, but errno is 2');
test('an end before the start', isTold, 'run_id,workload,path,op,first_ns,last_ns\nr,w,/x,read,2,1\n', 'bad.csv, line 2: last_ns is before first_ns');
test('metadata that is no number', isTold, 'run_id,workload,path,op,lost_records\nr,w,/x,read,-1\n', 'bad.csv, line 2: its lost_records is "-1", not a whole number');

test('a file that is not there, and one that is no Parquet, are told', async (t) => {
  await t.throwsAsync(importTable('/nonexistent.csv'), {instanceOf: WinnowError, message: /^cannot read \/nonexistent\.csv: ENOENT/});
  const file = path.join(await temporaryDirectory(t), 'cut.parquet');
  await writeFile(file, 'PAR1 and no more');
  await t.throwsAsync(importTable(file), {instanceOf: WinnowError, message: /^cut\.parquet is not readable as Parquet: /});
});
