import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {ExitCode} from '../../src/model/exit-code.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {busybox, ensureTestImages} from '../capture/images.js';
import {linesOf, temporaryStore, winnow} from './run-winnow.js';

test.before(ensureTestImages);

const report = fileURLToPath(new URL('../fixtures/creport/creport.json', import.meta.url));

test("slim's report becomes a run of its image that trains: links followed, relative names resolved", async (t) => {
  const store = await temporaryStore(t);
  const imported = await winnow(['runs', 'import', report, '--format=creport', '--image', busybox, '--workload=probe', '--store', store]);
  t.is(imported.code, ExitCode.done, imported.err);
  const [metadata] = await listRuns(store);
  t.like(metadata, {backend: 'import', workload: 'probe', complete: true, lostRecords: 0, imageName: busybox});
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  const row = (name: string, op: string) => rows.find((each) => each.path === name && each.op === op);
  t.like(row('/bin/sh', 'lookup'), {ok: true, origin: 'image', linkTarget: 'busybox'});
  t.like(row('/bin/busybox', 'exec'), {ok: true, origin: 'image', exe: '/bin/busybox'});
  t.like(row('/etc/passwd', 'read'), {count: 5, origin: 'image'});
  t.like(row('/etc/group', 'stat'), {count: 4, origin: 'image'});
  t.like(row('/tmp/out', 'write'), {origin: 'runtime'});
  const {code, out} = await winnow(['export', busybox, '--format', 'nydus', '--store', store]);
  t.is(code, ExitCode.done);
  t.deepEqual(linesOf(out), ['/bin/busybox', '/etc/passwd'], 'in the order of its event numbers');
});

test('what is no report of slim is refused in one line, and nothing is stored', async (t) => {
  const store = await temporaryStore(t);
  const file = path.join(store, 'creport.json');
  await writeFile(file, '{"monitors": 5}');
  const {code, err} = await winnow(['runs', 'import', file, '--format=creport', '--store', store]);
  t.is(code, ExitCode.failed);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, /^winnow: creport\.json: it is no creport\.json of slim: \/monitors must be object; give a creport\.json of slim build/);
  t.deepEqual(await listRuns(store), []);
});
