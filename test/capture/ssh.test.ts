import test from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {busybox, ensureTestImages} from './images.js';
import {startContainer} from './running-container.js';
import {freePort, leftBehind, startSshServer} from './ssh-server.js';

test.before(ensureTestImages);

test('a service there is reached by requests and test commands here, under its own port', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const port = await freePort();
  const {code, err} = await winnow([
    'profile', busybox, '--store', store, '--docker-arg=--network=host', '--docker-arg=--stop-timeout=0', ...server.options,
    `--ready=http:http://{address}:${port}/passwd`, `--http=http://{address}:${port}/group`,
    `--test=test "$WINNOW_ADDRESS" != 127.0.0.1 && curl --silent --fail "http://$WINNOW_ADDRESS:${port}/hostname"`,
    // Only there, so that what reaches it here went through ssh.
    '--', 'httpd', '-f', '-p', `127.0.0.1:${port}`, '-h', '/etc',
  ]);
  t.is(code, ExitCode.done, err);
  const [run] = await listRuns(store);
  const {rows} = await readRun(runFilePath(store, run?.runId ?? ''));
  const read = rows.filter(({op, ok}) => op === 'read' && ok).map(({path}) => path);
  for (const file of ['/etc/passwd', '/etc/group', '/etc/hostname']) {
    t.true(read.includes(file), file);
  }
});

test('a port that only a test command knows is forwarded on request', async (t) => {
  const server = await startSshServer(t);
  const port = await freePort();
  const run = async (...forward: readonly string[]) => winnow([
    'profile', busybox, '--store', await temporaryStore(t), '--docker-arg=--network=host', '--docker-arg=--stop-timeout=0', ...server.options, ...forward,
    '--ready=log:listening', `--test=curl --silent --show-error --fail "http://$WINNOW_ADDRESS:${port}/passwd"`,
    '--', 'sh', '-c', `httpd -p 127.0.0.1:${port} -h /etc && echo listening && sleep 600`,
  ]);
  const without = await run();
  t.is(without.code, ExitCode.failed);
  t.regex(without.err, /the workload failed: .*: it printed "curl: \(7\)/);
  const forwarded = await run(`--forward=${port}`);
  t.is(forwarded.code, ExitCode.done, forwarded.err);
});

test('a run over ssh captures what one here does, and leaves nothing on the host', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const work = ['profile', busybox, '--docker-arg=--network=none', '--store', store, '--', 'cat', '/etc/passwd', '/no/such/file'];
  const here = await winnow(work);
  const there = await winnow([...work.slice(0, 2), ...server.options, '--runs=2', ...work.slice(2)]);
  t.is(there.code, here.code, there.err);
  const runs = await listRuns(store);
  const accesses = await Promise.all(runs.map(async ({runId}) => (await readRun(runFilePath(store, runId))).rows.map(({path, op, errno, count}) => `${op} ${path} ${errno} ${count}`).sort()));
  t.is(runs.length, 3);
  t.true(runs.every(({complete, lostRecords}) => complete && lostRecords === 0));
  t.true((accesses[0]?.length ?? 0) > 3);
  t.deepEqual(accesses[1], accesses[0]);
  t.deepEqual(accesses[2], accesses[0]);
  t.is(there.code, ExitCode.done);
  t.deepEqual(await leftBehind(server), []);
});

test('a container that runs there is attached to, and goes on', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const {id, name} = await startContainer(t, {script: 'exec 3</etc/passwd'});
  const {code, err} = await winnow(['attach', name, '--store', store, ...server.options, '--test', `docker exec ${id} cat /etc/group`]);
  t.is(code, ExitCode.done, err);
  const [run] = await listRuns(store);
  t.like(run, {complete: false, incompleteReason: 'attached to a running container', lostRecords: 0});
  const {rows} = await readRun(runFilePath(store, run?.runId ?? ''));
  for (const file of ['/etc/passwd', '/etc/group']) {
    t.true(rows.some(({path, op}) => path === file && op === 'read'), file);
  }
  t.is((await execa('docker', ['inspect', '--format={{.State.Running}}', id])).stdout, 'true');
  t.deepEqual(await leftBehind(server), []);
});
