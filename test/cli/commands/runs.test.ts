import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {identityOf} from '../../../src/store/process-identity.js';
import {readRun, writeRun} from '../../../src/store/run-file.js';
import {sampleMetadata, sampleRow, sampleRun, startedEvent} from '../../store/fixtures.js';
import {encodeLiveEvent} from '../../../src/store/live-codec.js';
import {followsSchema} from '../../follows-schema.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

/** A store with two runs of one image and one of another. */
async function filledStore(t: ExecutionContext): Promise<string> {
  const store = await temporaryStore(t);
  await writeRun(store, sampleRun('run-1'));
  await writeRun(store, {
    metadata: sampleMetadata({runId: 'run-2', workload: 'api', startedNs: 1_795_503_304_500_000_000n, complete: false, incompleteReason: 'interrupted', exitCode: null}),
    rows: [sampleRow(), sampleRow({path: '/etc/caf\udce9\n'}), sampleRow({path: '/usr/lib/perl', op: 'lookup'})],
  });
  await writeRun(store, sampleRun('other', {imageName: 'tools', imageId: 'sha256:0', startedNs: 0n, endedNs: 0n}));
  return store;
}

const isOneLine = (t: ExecutionContext, text: string, line: RegExp): void => {
  t.is(linesOf(text).length, 1, text);
  t.regex(text, line);
};

test('list shows runs oldest first, in columns that align', async (t) => {
  const {code, out} = await winnow(['runs', 'list', '--store', await filledStore(t)]);
  t.is(code, 0);
  t.deepEqual(linesOf(out), [
    'RUN    IMAGE     WORKLOAD  STARTED               SECONDS  ACCESSES  LOST  EXIT  STATE',
    'other  tools     smoke     1970-01-01T00:00:00Z      0.0         3     0     0  complete',
    'run-1  shop:1.4  smoke     2026-11-24T06:55:00Z     10.0         3     0     0  complete',
    'run-2  shop:1.4  api       2026-11-24T06:55:04Z      5.5         3     0     -  incomplete: interrupted',
  ]);
});

test('list selects by image and workload, and prints JSON with exact numbers', async (t) => {
  const store = await filledStore(t);
  const ids = async (...args: string[]) => {
    const {out} = await winnow(['runs', 'list', '--store', store, '--json', ...args]);
    return (JSON.parse(out) as {runId: string; startedNs: string}[]).map(({runId, startedNs}) => `${runId} ${startedNs}`);
  };
  t.deepEqual(await ids('--workload', 'api'), ['run-2 1795503304500000000']);
  t.deepEqual(await ids('--image', 'tools'), ['other 0']);
  t.deepEqual(await ids('--image', 'nothing'), []);
});

test('list tells of a corrupt run in one line and shows the others', async (t) => {
  const store = await filledStore(t);
  await writeFile(path.join(store, 'runs/bad.parquet'), 'PAR1 no more');
  const {code, out, err} = await winnow(['runs', 'list', '--store', store]);
  t.is(code, 0);
  t.is(linesOf(out).length, 4);
  isOneLine(t, err, /bad\.parquet is not a readable run: .*`winnow runs delete bad`$/m);
});

test('list keeps what a killed controller had seen', async (t) => {
  const store = await temporaryStore(t);
  await mkdir(path.join(store, 'live'));
  const writer = {...(await identityOf(process.pid)), boot_id: 'an earlier boot'};
  await writeFile(path.join(store, 'live/cut.ndjson'), encodeLiveEvent(startedEvent('cut'), writer));
  const {out, err} = await winnow(['runs', 'list', '--store', store]);
  t.regex(out, /^cut .*incomplete: controller died$/m);
  isOneLine(t, err, /^run cut was cut off/);
});

test('an empty store is no error, and JSON of it is an empty list', async (t) => {
  const store = await temporaryStore(t);
  t.like(await winnow(['runs', 'list', '--store', store]), {code: 0, out: ''});
  t.like(await winnow(['runs', 'list', '--store', store, '--json']), {code: 0, out: '[]\n'});
});

test('show counts accesses by operation', async (t) => {
  const store = await filledStore(t);
  const {out} = await winnow(['runs', 'show', 'run-1', '--store', store]);
  t.regex(out, /^workload +smoke$/m);
  t.regex(out, /^OPERATION {2}PATHS {2}SUCCEEDED {2}FAILED\nlookup +1 +0 +3\nexec +1 +3 +0$/m);
  t.like(JSON.parse((await winnow(['runs', 'show', 'run-1', '--store', store, '--json'])).out), {
    runId: 'run-1',
    operations: [{op: 'lookup', paths: 1, succeeded: 0, failed: 3}, {op: 'exec', paths: 1, succeeded: 3, failed: 0}],
  });
});

test('diff marks what either run has alone and what came out differently; a name cannot break its line', async (t) => {
  const store = await filledStore(t);
  const {out} = await winnow(['runs', 'diff', 'run-1', 'run-2', '--store', store]);
  t.deepEqual(linesOf(out), ['+ /etc/caf%E9%0A', '~ /usr/lib/perl  ENOENT → ok']);
  t.deepEqual(await followsSchema(t, 'winnow.diff.1', (await winnow(['runs', 'diff', 'run-2', 'run-1', '--store', store, '--json'])).out), {
    schema: 'winnow.diff/1',
    kind: 'run',
    a: 'run-2',
    b: 'run-1',
    onlyInA: [{path: '/etc/caf%E9%0A', pathEncoding: 'percent'}],
    onlyInB: [],
    changed: [{path: '/usr/lib/perl', a: 'ok', b: 'ENOENT'}],
  });
});

test('delete takes several runs, and says which id it does not know', async (t) => {
  const store = await filledStore(t);
  t.deepEqual(JSON.parse((await winnow(['runs', 'delete', 'run-1', 'oth', '--store', store, '--json'])).out), {deleted: ['run-1', 'other']});
  t.is((JSON.parse((await winnow(['runs', 'list', '--store', store, '--json'])).out) as unknown[]).length, 1);
  const {code, err} = await winnow(['runs', 'delete', 'run-1', '--store', store]);
  t.is(code, 1);
  isOneLine(t, err, /^winnow: there is no run "run-1" in .*; `winnow runs list` shows what is there$/m);
});

for (const [format, file] of [['csv', 'run.csv'], ['parquet', 'run.parquet']] as const) {
  test(`a run exported as ${format} is the same run when it is imported elsewhere`, async (t) => {
    const store = await filledStore(t);
    const elsewhere = await temporaryStore(t);
    const exported = path.join(elsewhere, file);
    t.is((await winnow(['runs', 'export', 'run-2', '--store', store, '--format', format, '--output', exported])).code, 0);
    t.is((await winnow(['runs', 'import', exported, '--store', elsewhere])).code, 0);
    t.deepEqual(await readRun(path.join(elsewhere, 'runs/run-2.parquet')), await readRun(path.join(store, 'runs/run-2.parquet')));
  });
}

test('export prints CSV, or JSON with --json, and refuses to print Parquet', async (t) => {
  const store = await filledStore(t);
  t.is(linesOf((await winnow(['runs', 'export', 'run-1', '--store', store])).out).length, 3);
  for (const run of ['run-1', 'run-2']) {
    await followsSchema(t, 'winnow.run.1', (await winnow(['runs', 'export', run, '--store', store, '--json'])).out);
  }
  const {code, out, err} = await winnow(['runs', 'export', 'run-1', '--store', store, '--format', 'parquet']);
  t.like({code, out}, {code: 2, out: ''});
  isOneLine(t, err, /give --output FILE$/m);
  const failed = await winnow(['runs', 'export', 'run-1', '--store', store, '--output', '/nonexistent/run.csv']);
  t.is(failed.code, 1);
  isOneLine(t, failed.err, /^winnow: cannot write \/nonexistent\/run\.csv: ENOENT/);
});

test('an import that cannot be taken whole leaves the store as it was', async (t) => {
  const store = await temporaryStore(t);
  const file = path.join(store, 'runs.csv');
  await writeFile(file, 'run_id,workload,path,op\nnew,w,/x,read\nknown,w,/x,read\n');
  await writeRun(store, sampleRun('known'));
  const {code, err} = await winnow(['runs', 'import', file, '--store', store]);
  t.is(code, 1);
  isOneLine(t, err, /^winnow: run known is in the store already; delete it first/);
  await writeFile(file, `${await readFile(file, 'utf8')}new,w,/x,fly\n`);
  isOneLine(t, (await winnow(['runs', 'import', file, '--store', store])).err, /^winnow: runs\.csv, line 4: "fly" is not an operation/);
  t.regex((await winnow(['runs', 'list', '--store', store])).out, /^known .*\n$/m);
  t.notRegex((await winnow(['runs', 'list', '--store', store])).out, /^new/m);
});

test('an import of an image this engine does not have says that it will not train', async (t) => {
  const store = await temporaryStore(t);
  const file = path.join(store, 'runs.csv');
  await writeFile(file, 'run_id,path,op\nr,/x,read\n');
  const {code, out, err} = await winnow(['runs', 'import', file, '--store', store, '--image', 'winnow-test-none:1', '--workload', 'api', '--json']);
  t.is(code, 0);
  t.like((JSON.parse(out) as object[])[0], {runId: 'r', imageName: 'winnow-test-none:1', imageId: '', workload: 'api', backend: 'import'});
  t.regex(err, /no image id, and will not train/);
});

test('an unknown format is a usage error in one line', async (t) => {
  const {code, err} = await winnow(['runs', 'import', 'x.csv', '--format', 'xml']);
  t.is(code, 2);
  isOneLine(t, err, /xml/);
});
