import {readdir, readFile, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {readRun, readRunMetadata, writeRun, writeRunFile} from '../../src/store/run-file.js';
import {sqlText, withDuckDb} from '../../src/store/duckdb.js';
import {listRuns} from '../../src/store/store.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {runArbitrary, sampleMetadata, sampleRow, sampleRun, temporaryDirectory} from './fixtures.js';

test('a run comes back as it was written: any bytes in paths, every bit of 64-bit numbers, the order of rows', async (t) => {
  const directory = await temporaryDirectory(t);
  let number = 0;
  await fc.assert(
    fc.asyncProperty(runArbitrary, async (run) => {
      const file = path.join(directory, `${(number += 1)}.parquet`);
      await writeRunFile(file, run);
      t.deepEqual(await readRun(file), run);
      t.deepEqual(await readRunMetadata(file), run.metadata);
    }),
    {numRuns: 60},
  );
});

test('a run of more rows than a DuckDB vector, and a run of none, come back whole', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const size of [0, 2048, 5000]) {
    const rows = Array.from({length: size}, (_, index) => sampleRow({path: `/f${index}`, pid: index}));
    const file = path.join(directory, `${size}.parquet`);
    await writeRunFile(file, {metadata: sampleMetadata(), rows});
    t.deepEqual((await readRun(file)).rows, rows);
  }
});

test('another process that knows only Parquet reads the columns in the published order and the file metadata', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await writeRun(directory, {metadata: sampleMetadata(), rows: [sampleRow({path: '/caf\udce9'})]});
  const script = `
    import {DuckDBInstance} from '@duckdb/node-api';
    const connection = await (await DuckDBInstance.create()).connect();
    const read = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    console.log(JSON.stringify({
      rows: await read("FROM '${file}'"),
      metadata: await read("SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')"),
    }));`;
  const {stdout} = await execa('node', ['--input-type=module', '--eval', script]);
  const {rows, metadata} = JSON.parse(stdout) as {rows: Record<string, unknown>[]; metadata: {key: string; value: string}[]};
  t.deepEqual(Object.entries(rows[0] ?? {}), [
    ['path', '/caf%E9'], ['op', 'exec'], ['ok', true], ['errno', 0], ['count', '3'],
    ['first_ns', '1795503301000000001'], ['last_ns', '1795503302000000002'], ['pid', 4711], ['ppid', 4710],
    ['exe', '/bin/sh'], ['dev', '266338305'], ['inode', '18446744073709551615'], ['link_target', null],
    ['origin', 'image'], ['path_encoded', true], ['exe_encoded', false], ['link_target_encoded', false],
  ]);
  t.deepEqual(Object.fromEntries(metadata.map(({key, value}) => [key, value])), {
    schema: 'winnow.run/1',
    run_id: '20261124T065500Z-3f9a1c07',
    image_id: `sha256:${'a'.repeat(64)}`,
    image_name: 'shop:1.4',
    workload: 'smoke',
    started_ns: '1795503300000000001',
    ended_ns: '1795503310000000003',
    complete: 'true',
    incomplete_reason: '',
    lost_records: '0',
    captured_records: '3',
    folded_records: '0',
    backend: 'ebpf',
    rung: '', system_calls: '',
    exit_code: '0',
  });
});

test('a run id is written once', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeRun(directory, sampleRun('once'));
  const error = await t.throwsAsync(writeRun(directory, sampleRun('once', {workload: 'other'})), {instanceOf: WinnowError});
  t.is(error.message, 'run once is in the store already');
  t.is((await readRunMetadata(path.join(directory, 'runs/once.parquet'))).workload, 'smoke');
});

test('a run id that would leave the store is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const runId of ['../evil', '.hidden', '', 'a/b', 'a\nb']) {
    await t.throwsAsync(writeRun(directory, sampleRun(runId)), {instanceOf: WinnowError, message: /cannot be a run id/});
  }
  t.deepEqual(await readdir(directory), []);
});

test('a write that fails leaves nothing behind and says where it failed', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'runs'), 'a file where the directory should be');
  const error = await t.throwsAsync(writeRun(directory, sampleRun('a')), {instanceOf: WinnowError});
  t.regex(error.message, /^cannot write .*runs\/a\.parquet: /);
  t.deepEqual(await readdir(directory), ['runs']);
});

test('a missing run file is told in one line', async (t) => {
  const error = await t.throwsAsync(readRun('/nonexistent/a.parquet'), {instanceOf: WinnowError});
  t.is(error.message, 'there is no run file /nonexistent/a.parquet');
});

const isTold = test.macro(async (t, make: (file: string) => Promise<void>, message: RegExp) => {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, 'bad.parquet');
  await make(file);
  const error = await t.throwsAsync(readRun(file), {instanceOf: WinnowError});
  t.true(error.message.startsWith(`${file} is not a readable run: `));
  t.regex(error.message, message);
  t.notRegex(error.message, /\n/);
  t.regex(error.hint ?? '', /winnow runs delete bad/);
});

const copySql = (sql: string) => (file: string) =>
  withDuckDb(async (connection) => void (await connection.run(`COPY (${sql}) TO ${sqlText(file)} (FORMAT parquet)`)));

test('an empty file is no run', isTold, (file) => writeFile(file, ''), /too small/);
test('a text file is no run', isTold, (file) => writeFile(file, 'path,op\n/a,read\n/b,read\n'), /[Nn]o magic bytes/);
test('a Parquet file of something else is no run', isTold, copySql('SELECT 1 AS path, 2 AS op'), /lacks the columns ok, errno, .*link_target_encoded$/);
test('a Parquet file with the columns of a run but no metadata is no run', isTold, async (file) => {
  await writeRunFile(file, sampleRun('a'));
  await copySql(`FROM read_parquet(${sqlText(file)})`)(`${file}.copy`);
  await writeFile(file, await readFile(`${file}.copy`));
}, /its schema is missing, not winnow\.run\/1/);
test('a run of a later version is not to be removed, but to be read by that version', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'later.parquet');
  await writeRunFile(file, {metadata: sampleMetadata(), rows: [sampleRow()]});
  await withDuckDb(async (connection) => {
    await connection.run(`CREATE TABLE later AS FROM ${sqlText(file)}`);
    await connection.run(`COPY later TO ${sqlText(file)} (FORMAT parquet, KV_METADATA {schema: 'winnow.run/2'})`);
  });
  const error = await t.throwsAsync(readRunMetadata(file), {instanceOf: WinnowError});
  t.regex(error.message, /later\.parquet is not a readable run: its schema is winnow\.run\/2, not winnow\.run\/1$/);
  t.is(error.hint, 'another version of winnow wrote it, and reads it');
});

test('an operation nobody knows is no run', isTold, async (file) => {
  await writeRunFile(file, {metadata: sampleMetadata(), rows: [{...sampleRow(), op: 'fly' as 'read'}]});
}, /"fly" is not an operation/);

test('a run file cut at any length is told, never read as a shorter run', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, 'cut.parquet');
  await writeRunFile(file, sampleRun('cut'));
  const whole = await readFile(file);
  for (let length = 0; length < whole.length; length += 211) {
    await writeFile(file, whole.subarray(0, length));
    await t.throwsAsync(readRun(file), {instanceOf: WinnowError, message: /not a readable run/});
  }
});

test('a byte that a disk flipped is told, wherever it is', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await writeRun(directory, sampleRun('flip'));
  const whole = await readFile(file);
  await utimes(file, 1000, 1000);
  await listRuns(directory); // renews the catalogue entry for that time
  for (let offset = 0; offset < whole.length; offset += 97) {
    const flipped = Buffer.from(whole);
    flipped[offset] = (flipped[offset] ?? 0) ^ 0x10;
    await writeFile(file, flipped);
    await utimes(file, 1000, 1000);
    await t.throwsAsync(readRun(file), {instanceOf: WinnowError, message: /not a readable run/});
  }
  await writeFile(file, whole);
  await utimes(file, 1000, 1000);
  t.is((await readRun(file)).metadata.runId, 'flip');
});

test('a byte flipped in a file without a catalogue entry never surprises: it is read or told', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, 'flip.parquet');
  await writeRunFile(file, sampleRun('flip'));
  const whole = await readFile(file);
  let told = 0;
  for (let offset = 0; offset < whole.length; offset += 61) {
    const flipped = Buffer.from(whole);
    flipped[offset] = (flipped[offset] ?? 0) ^ 0xff;
    await writeFile(file, flipped);
    await readRun(file).catch((error: unknown) => {
      t.true(error instanceof WinnowError, String(error));
      told += 1;
    });
  }
  t.true(told > 0);
});
