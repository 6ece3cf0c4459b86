import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {busybox, ensureTestImages} from '../capture/images.js';
import {linesOf, temporaryStore, winnow} from './run-winnow.js';

test.before(ensureTestImages);

test('an strace log becomes a run of its image that trains', async (t) => {
  const store = await temporaryStore(t);
  const log = path.join(store, 'strace.log');
  // The same program and files as in the image, since it is the host's busybox that the image holds.
  await execa('strace', ['-f', '-o', log, '/bin/busybox', 'cat', '/etc/passwd']);
  const imported = await winnow(['runs', 'import', log, '--format=strace', '--image', busybox, '--workload=cat', '--cwd=/', '--store', store]);
  t.is(imported.code, ExitCode.done, imported.err);
  const [metadata] = await listRuns(store);
  t.like(metadata, {backend: 'strace', workload: 'cat', complete: true, lostRecords: 0, imageName: busybox});
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  t.like(rows.find(({path: name}) => name === '/etc/passwd'), {op: 'read', ok: true, origin: 'image'});
  const {code, out} = await winnow(['train', busybox, '--store', store, '--json']);
  t.is(code, ExitCode.done);
  t.like((JSON.parse(out) as {evidence: object}).evidence, {runs: 1, workloads: ['cat']});
});

test('what is no strace log is refused in one line, and nothing is stored', async (t) => {
  const store = await temporaryStore(t);
  const log = path.join(store, 'notes.txt');
  await writeFile(log, 'dear diary\n'.repeat(50));
  const {code, err} = await winnow(['runs', 'import', log, '--format=strace', '--store', store]);
  t.is(code, ExitCode.failed);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, /strace/);
  t.deepEqual(await listRuns(store), []);
});
