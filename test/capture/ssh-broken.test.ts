import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import {createServer, type Socket} from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {parseSshAddress} from '../../src/capture/ssh/address.js';
import {SshConnection} from '../../src/capture/ssh/connection.js';
import {Credentials} from '../../src/capture/ssh/credentials.js';
import {HostKeyChecker} from '../../src/capture/ssh/host-key.js';
import {RemoteProbeHost} from '../../src/capture/ssh/remote-probe.js';
import {ExitCode} from '../../src/model/exit-code.js';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, spawnWinnow, temporaryStore, untilLive, winnow} from '../cli/run-winnow.js';
import {busybox, containerOf, ensureTestImages, isRunning, workloads} from './images.js';
import {startContainer} from './running-container.js';
import {killSessions, leftBehind, type SshServer, startLink, startSshServer, through} from './ssh-server.js';

test.before(ensureTestImages);

const alone = ['--docker-arg=--network=none', '--docker-arg=--stop-timeout=0'];

/** Runs until something ends it; resolves to its end, once its first file is in the live feed. */
async function startEndless(store: string, marker: string, options: readonly string[]) {
  const ended = spawnWinnow(['profile', busybox, '--store', store, ...alone, ...options, '--', '/bin/sh', '-c', `cat /etc/passwd; sleep 600; : ${marker}`]);
  await untilLive(ended, store, '/etc/passwd');
  return {ended, container: (await containerOf(marker)) ?? ''};
}

async function isLostRun(t: ExecutionContext, store: string, {exitCode, stderr}: {exitCode?: number | undefined; stderr: string}): Promise<void> {
  t.is(exitCode, ExitCode.failed, stderr);
  t.is(linesOf(stderr).length, 1, stderr);
  t.regex(stderr, /^winnow: the connection to \[127\.0\.0\.1\]:\d+ was lost; /);
  const [run] = await listRuns(store);
  t.like(run, {complete: false, lostRecords: 0});
  t.regex(run?.incompleteReason ?? '', /^the connection to .* was lost$/);
  t.true((run?.capturedRecords ?? 0) > 0);
}

test('a connection that breaks ends the run with what had come, and a second one removes its container', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {ended, container} = await startEndless(store, marker, server.options);
  t.true(await isRunning(`winnow-probe run --container ${container}`));
  await killSessions(server);
  await isLostRun(t, store, await ended);
  t.is(await containerOf(marker), null);
  t.deepEqual(await leftBehind(server), []);
  t.false(await isRunning(`winnow-probe run --container ${container}`));
});

test('services go with a run whose connection breaks, and what was captured of them is kept too', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const config = path.join(store, 'winnow.yaml');
  const service = (file: string): string => `{image: "${busybox}", command: [/bin/sh, -c, "cat ${file}; sleep 600; : ${marker}"], docker: [--stop-timeout=0], capture: true}`;
  await writeFile(config, `workloads:
  - name: a
    command: [/bin/sh, -c, "cat /etc/passwd; sleep 600; : ${marker}"]
    docker: [--network=none, --stop-timeout=0]
    services: {db: ${service('/etc/group')}, web: ${service('/bin/busybox')}}
`);
  const ended = spawnWinnow(['profile', busybox, '--store', store, '--config', config, ...server.options]);
  await untilLive(ended, store, '/etc/passwd');
  await killSessions(server);
  const {exitCode, stderr} = await ended;
  t.is(exitCode, ExitCode.failed, stderr);
  t.is(linesOf(stderr).length, 1, stderr);
  t.is(await containerOf(marker), null);
  t.deepEqual(await leftBehind(server), []);
  const runs = await Promise.all((await listRuns(store)).map(async ({runId}) => readRun(runFilePath(store, runId))));
  t.is(runs.length, 3);
  t.true(runs.every(({metadata}) => /^the connection to .* was lost$/.test(metadata.incompleteReason)));
  for (const file of ['/etc/passwd', '/etc/group', '/bin/busybox']) {
    t.true(runs.some(({rows}) => rows.some(({path: name, op}) => name === file && op === 'read')), file);
  }
});

test('a container that was attached to over a connection that breaks goes on', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const {id, name} = await startContainer(t, {script: 'exec 3</etc/passwd'});
  const ended = spawnWinnow(['attach', name, '--quiet', '--test', 'sleep 600', '--store', store, ...server.options]);
  await untilLive(ended, store, '/etc/passwd');
  await killSessions(server);
  await isLostRun(t, store, await ended);
  t.is((await execa('docker', ['inspect', '--format={{.State.Running}}', id])).stdout, 'true');
  t.deepEqual(await leftBehind(server), []);
});

test('a connection that breaks while the image is read is told, and nothing is kept', async (t) => {
  const server = await startSshServer(t);
  const link = await startLink(t, server.port, 100_000); // the image takes 20 s
  const store = await temporaryStore(t);
  const ended = spawnWinnow(['profile', busybox, '--store', store, ...alone, ...(await through(link, server)), '--', 'true']);
  await link.passed(500_000);
  await killSessions(server);
  const {exitCode, stderr} = await ended;
  t.is(exitCode, ExitCode.failed, stderr);
  t.is(linesOf(stderr).length, 1, stderr);
  t.regex(stderr, /^winnow: the connection to \[127\.0\.0\.1\]:\d+ was lost; /);
  t.deepEqual(await listRuns(store), []);
  t.deepEqual(await leftBehind(server), []);
});

test('a host that stays away keeps the container until it is profiled on again', async (t) => {
  const server = await startSshServer(t);
  const link = await startLink(t, server.port);
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {ended, container} = await startEndless(store, marker, await through(link, server));
  link.cut();
  await isLostRun(t, store, await ended);
  t.deepEqual(await leftBehind(server), []);
  t.is(await containerOf(marker), container);
  const {code, err} = await winnow(['profile', busybox, '--store', store, ...alone, ...server.options, '--', 'true']);
  t.is(code, ExitCode.done, err);
  t.is(await containerOf(marker), null);
});

test('SIGINT ends a run over ssh cleanly', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {ended} = await startEndless(store, marker, server.options);
  ended.kill('SIGINT');
  t.is((await ended).exitCode, ExitCode.interrupted);
  t.like((await listRuns(store))[0], {complete: false, incompleteReason: 'interrupted', lostRecords: 0});
  t.is(await containerOf(marker), null);
  t.deepEqual(await leftBehind(server), []);
});

test('SIGINT ends the wait for a host that does not answer', async (t) => {
  const server = await startSshServer(t); // for its files
  const silent = createServer();
  t.teardown(() => silent.close());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const {port} = silent.address() as {port: number};
  const ended = spawnWinnow(['profile', busybox, `--host=ssh://root@127.0.0.1:${port}`, ...server.options.slice(2)]);
  const [socket] = (await once(silent, 'connection')) as [Socket];
  ended.kill('SIGINT');
  const {exitCode, stderr} = await ended;
  socket.destroy();
  t.is(exitCode, ExitCode.interrupted, stderr);
  t.is(stderr, 'winnow: interrupted');
});

test('after SIGKILL nothing of the probe stays on the host', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const {ended, container} = await startEndless(store, marker, server.options);
  ended.kill('SIGKILL');
  await ended;
  t.deepEqual(await leftBehind(server), []);
  while (await isRunning(`winnow-probe run --container ${container}`)) {
    await sleep(50);
  }
  await winnow(['profile', busybox, '--store', store, ...alone, ...server.options, '--', 'true']);
  t.is(await containerOf(marker), null);
});

test('what a link is too slow for is counted, to the last record', async (t) => {
  const opens = 300_000;
  const server = await startSshServer(t, {rate: '4mbit'});
  const store = await temporaryStore(t); // keeps the image's index, which need not come through the slow link
  const whole = await captureBurst(t, store, 1000, [], ExitCode.done);
  const others = whole.capturedRecords - 1000;
  const slow = await captureBurst(t, store, opens, ['--events=all', '--ring-size=64KiB', ...server.options], ExitCode.lostRecords);
  t.true(slow.lostRecords > 0);
  t.is(slow.capturedRecords + slow.lostRecords, opens + others);
  t.true(slow.complete);
  t.deepEqual(await leftBehind(server), []);
});

async function captureBurst(t: ExecutionContext, store: string, opens: number, options: readonly string[], code: ExitCode): Promise<RunMetadata> {
  const result = await winnow(['profile', workloads, '--store', store, '--backend=ebpf', '--docker-arg=--network=none', ...options, '--', '/workloads/burst', String(opens), '500', '2', '1', '/tmp/burst']);
  t.is(result.code, code, result.err);
  return (await listRuns(store)).at(-1) ?? t.fail();
}

test('a link that falls silent is lost; one that is busy with records is not', async (t) => {
  const server = await startSshServer(t);
  const link = await startLink(t, server.port, 100_000);
  const connection = await connectTo(server, await through(link, server), 2000);
  // 500 kB at that pace: answers to questions come five seconds late.
  const channel = await connection.exec('exec head -c 500000 /dev/zero');
  let received = 0;
  for await (const chunk of channel as AsyncIterable<Buffer>) {
    received += chunk.length;
  }
  t.is(received, 500_000);
  t.false(connection.isLost);
  link.hush();
  await connection.lost;
  await t.throwsAsync(connection.exec('true'), {message: /^the connection to .* was lost$/});
});

/** As `winnow profile` connects. */
async function connectTo({options, knownHosts, keyFile, home}: SshServer, [, address = ''] = options, silenceMs?: number): Promise<SshConnection> {
  const to = parseSshAddress(address);
  return SshConnection.open({
    address: to,
    hostKey: await HostKeyChecker.read(to, knownHosts, home),
    credentials: new Credentials(to, {agentSocket: undefined, keyFile, home, askSecret: null}),
    signal: new AbortController().signal,
    ...(silenceMs === undefined ? {} : {silenceMs}),
  });
}

test('while nobody reads, the probe is held up and memory is bounded', async (t) => {
  const server = await startSshServer(t);
  const connection = await connectTo(server);
  const endless = path.join(server.home, 'endless');
  await execa('sh', ['-c', `printf '#!/bin/sh\\necho $$ >&2\\nexec dd if=/dev/zero bs=64k\\n' >"$0"`, endless]);
  const host = new RemoteProbeHost(connection, {name: 'test', user: 'root', localProbe: () => endless});
  const probe = await host.start([]);
  let received = 0;
  for await (const chunk of probe.records) {
    received += chunk.length;
    break;
  }
  const {stdout: pid} = await execa('pgrep', ['--newest', '--full', 'dd if=/dev/zero bs=64k']);
  const written = async (): Promise<number> => Number(/^wchar: (\d+)/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1]);
  let before = -1;
  let now = await written();
  while (now !== before) {
    await sleep(300);
    [before, now] = [now, await written()];
  }
  t.true(now > received);
  t.true(now < 16 << 20, `${now} bytes were written without being read`);
  await probe.kill();
  await host.close();
  connection.close();
  t.deepEqual(await leftBehind(server), []);
});
