import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {Examination} from '../../src/capture/doctor/examine.js';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {ExitCode} from '../../src/model/exit-code.js';
import type {Run} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, spawnWinnow, temporaryStore, untilLive, winnow} from '../cli/run-winnow.js';
import {accessesProgram, sameAccesses} from './exact-set.js';
import {busybox, ensureTestImages, workloads} from './images.js';
import {type Podman, startPodman, withUnifiedCgroups} from './podman.js';
import {type RunningContainer, startContainer} from './running-container.js';
import {startSshServer} from './ssh-server.js';

let podman: Podman;

test.before(async () => {
  await ensureTestImages();
  podman = await startPodman();
  await execa('docker', ['save', busybox, workloads]).pipe('docker', ['load', '--quiet'], {env: podman.env});
});
test.after.always(async () => podman.stop());

const alone = ['--docker-arg=--network=none', '--docker-arg=--stop-timeout=0'];

async function onlyRun(store: string): Promise<Run> {
  const runs = await listRuns(store);
  return readRun(runFilePath(store, runs[0]?.runId ?? ''));
}

test('the eBPF probe sees exactly the accesses that the workload program makes in a container of podman', async (t) => {
  const store = await temporaryStore(t);
  await writeFile(path.join(store, 'file'), '\n');
  const volume = `${store}:/mounted`;
  const printed = await podman.run(['run', '--rm', '--network=none', `--volume=${volume}`, workloads, ...accessesProgram]);
  const {code, err} = await winnow(
    ['profile', workloads, '--backend=ebpf', ...alone, `--docker-arg=--volume=${volume}`, '--store', store, '--', ...accessesProgram], {env: podman.env},
  );
  t.is(code, ExitCode.done, err);
  const {metadata, rows} = await onlyRun(store);
  t.like(metadata, {complete: true, lostRecords: 0, exitCode: 0});
  sameAccesses(t, rows, printed);
});

test('bpftrace finds the containers of podman too', async (t) => {
  const store = await temporaryStore(t);
  const {code, err} = await winnow(['profile', busybox, '--backend=bpftrace', ...alone, '--store', store, '--', 'cat', '/etc/passwd'], {env: podman.env});
  t.is(code, ExitCode.done, err);
  t.like((await onlyRun(store)).rows.find(({path: file}) => file === '/etc/passwd'), {op: 'read', ok: true, origin: 'image'});
});

test('an image is the same one, with the same id, in Docker and in podman', async (t) => {
  const [docker, here] = await Promise.all([openEngine(), openEngine(podman.env)]);
  t.deepEqual(await readEngineImage(here, workloads), await readEngineImage(docker, workloads));
});

test('an image that podman built, in the format of OCI, is profiled', async (t) => {
  const store = await temporaryStore(t);
  const tag = `winnow-test/built:${randomUUID()}`;
  await mkdir(path.join(store, 'context'));
  await writeFile(path.join(store, 'context/added'), 'text\n');
  await writeFile(path.join(store, 'context/Containerfile'), `FROM localhost/${busybox}\nCOPY added /etc/added\nRUN rm /etc/group\n`);
  await podman.run(['build', '--quiet', '--network=none', '--tag', tag, path.join(store, 'context')]);
  t.regex(await podman.run(['inspect', '--format={{.ManifestType}}', tag]), /oci\.image/);
  const {image, files} = await readEngineImage(await openEngine(podman.env), tag);
  t.is(image.layers.length, 3);
  t.is(files.find(({path: file}) => file === '/etc/added')?.layer, 1);
  t.false(files.some(({path: file}) => file === '/etc/group'));
  const {code, err} = await winnow(['profile', tag, '--backend=ebpf', ...alone, '--store', store, '--', 'cat', '/etc/added'], {env: podman.env});
  t.is(code, ExitCode.done, err);
  const {metadata, rows} = await onlyRun(store);
  t.is(metadata.imageId, image.id);
  t.true(rows.some(({path: file, origin}) => file === '/etc/added' && origin === 'image'));
});

const attached = test.macro(async (t: ExecutionContext, select: (container: RunningContainer, label: string) => readonly string[]) => {
  const store = await temporaryStore(t);
  const label = `winnow-test=${randomUUID()}`;
  const container = await startContainer(t, {script: 'exec 3</etc/passwd', options: [`--label=${label}`], env: podman.env});
  const args = ['attach', ...select(container, label), '--test', `docker --host=${podman.env.DOCKER_HOST} exec ${container.id} cat /etc/group`];
  const {code, err} = await winnow([...args, '--store', store], {env: podman.env});
  t.is(code, ExitCode.done, err);
  const {metadata, rows} = await onlyRun(store);
  t.like(metadata, {imageName: `localhost/${busybox}`, complete: false, lostRecords: 0});
  for (const file of ['/etc/passwd', '/etc/group']) {
    t.like(rows.find(({path: read}) => read === file), {op: 'read', origin: 'image'});
  }
});

test('a running container of podman is attached to by its name', attached, ({name}) => [name]);
test('by the start of its id', attached, ({id}) => [id.slice(0, 12)]);
test('by its label', attached, (_, label) => ['--label', label]);
test('by its image and its label', attached, (_, label) => ['--image', busybox, '--label', label]);
test('by its cgroup', attached, ({pid}) => ['--cgroup', /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '']);

test('a container that podman has made and not started yet is seen from start to end', async (t) => {
  const store = await temporaryStore(t);
  const {stdout: id} = await execa('docker', ['create', '--network=none', busybox, 'cat', '/etc/passwd'], {env: podman.env});
  const {code, err} = await winnow(['attach', id, '--test', `docker --host=${podman.env.DOCKER_HOST} start --attach ${id}`, '--store', store], {env: podman.env});
  t.is(code, ExitCode.done, err);
  const {metadata, rows} = await onlyRun(store);
  t.like(metadata, {complete: true, lostRecords: 0, exitCode: 0});
  t.like(rows.find(({path: read}) => read === '/etc/passwd'), {op: 'read', origin: 'image'});
});

test('all containers of an image are attached to at once with podman', async (t) => {
  const store = await temporaryStore(t);
  const tag = `winnow-test/attached:${randomUUID()}`;
  const {id: base} = await startContainer(t, {env: podman.env});
  await podman.run(['commit', '--quiet', base, tag]);
  for (const file of ['/etc/passwd', '/etc/group']) {
    await startContainer(t, {image: tag, script: `exec 3<${file}`, env: podman.env});
  }
  const {code, err} = await winnow(['attach', '--image', tag, '--test', 'true', '--store', store], {env: podman.env});
  t.is(code, ExitCode.done, err);
  const runs = await Promise.all((await listRuns(store)).map(async ({runId}) => readRun(runFilePath(store, runId))));
  t.is(runs.length, 2);
  for (const file of ['/etc/passwd', '/etc/group']) {
    t.is(runs.filter(({rows}) => rows.some(({path: read, op}) => read === file && op === 'read')).length, 1, file);
  }
});

test('where cgroups are of version 2 alone, containers of podman are profiled and attached to', async (t) => {
  const unified = await startPodman(withUnifiedCgroups);
  t.teardown(async () => unified.stop());
  await execa('docker', ['save', busybox]).pipe('docker', ['load', '--quiet'], {env: unified.env});
  t.is(await unified.run(['info', '--format={{.Host.CgroupsVersion}}']), 'v2');
  const {name, id, pid} = await startContainer(t, {script: 'exec 3</etc/passwd', env: unified.env});
  const cgroup = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
  for (const args of [
    ['profile', busybox, '--backend=ebpf', ...alone, '--', 'cat', '/etc/passwd', '/etc/group'],
    ...[[name], ['--cgroup', cgroup], ['--cgroup', `/sys/fs/cgroup${cgroup}`]].map((selection) => ['attach', ...selection, '--test', `docker --host=${unified.env.DOCKER_HOST} exec ${id} cat /etc/group`]),
  ]) {
    const store = await temporaryStore(t);
    const {exitCode, stderr} = await spawnWinnow(['--store', store, ...args], {prefix: withUnifiedCgroups, env: unified.env});
    t.is(exitCode, ExitCode.done, `${args.join(' ')}: ${stderr}`);
    const {metadata, rows} = await onlyRun(store);
    t.like(metadata, {complete: args[0] === 'profile', lostRecords: 0});
    t.true(['/etc/passwd', '/etc/group'].every((file) => rows.some(({path: read, op}) => read === file && op === 'read')), args.join(' '));
  }
  const {stdout} = await spawnWinnow(['doctor', '--json'], {prefix: withUnifiedCgroups, env: unified.env});
  t.regex((JSON.parse(stdout) as Examination).checks.find(({name: check}) => check === 'cgroups')?.detail ?? '', /2/);
});

test('readiness, steps and services work with podman', async (t) => {
  const store = await temporaryStore(t);
  await writeFile(path.join(store, 'winnow.yaml'), `workloads:
  - name: served
    command: [/bin/sh, -c, "echo started; exec sleep 600"]
    docker: [--stop-timeout=0]
    ready: log:started
    services:
      db: {image: "${busybox}", command: [nc, -ll, -p, "5432", -e, cat], ready: "tcp:5432", docker: [--stop-timeout=0]}
    network: none
    steps:
      - exec: test "$(echo hi | nc 127.0.0.1 5432)" = hi
      - exec: cat /etc/group
`);
  const {code, err} = await winnow(['profile', busybox, '--config', path.join(store, 'winnow.yaml'), '--backend=ebpf', '--store', store], {env: podman.env});
  t.is(code, ExitCode.done, err);
  const {metadata, rows} = await onlyRun(store);
  t.like(metadata, {complete: true, lostRecords: 0});
  t.true(rows.some(({path: file, op}) => file === '/etc/group' && op === 'read'));
});

test('an interruption leaves no container behind in podman', async (t) => {
  const store = await temporaryStore(t);
  const marker = randomUUID();
  const child = spawnWinnow(['profile', busybox, ...alone, '--store', store, '--', '/bin/sh', '-c', `cat /etc/passwd; sleep 600; : ${marker}`], {env: podman.env});
  const containers = async (): Promise<string> => (await execa('docker', ['ps', '--all', '--no-trunc', '--format={{.Command}}'], {env: podman.env})).stdout;
  await untilLive(child, store, '/etc/passwd');
  t.true((await containers()).includes(marker));
  child.kill('SIGINT');
  t.is((await child).exitCode, ExitCode.interrupted);
  t.false((await containers()).includes(marker));
  t.like((await onlyRun(store)).metadata, {complete: false, incompleteReason: 'interrupted'});
});

test('a program that the image does not have is named with podman', async (t) => {
  const {code, err} = await winnow(['profile', busybox, ...alone, '--backend=ebpf', '--store', await temporaryStore(t), '--', '/no/such/program'], {env: podman.env});
  t.is(code, ExitCode.failed);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, /^winnow: the container does not start: .*\/no\/such\/program/);
});

/** Runs a program where Docker's usual socket is closed and podman's is open. */
const withoutDocker = (): string[] => [
  'unshare', '--mount', '/bin/sh', '-c',
  'mkdir -p /run/podman && mount -t tmpfs none /run/podman && ln -s "$0" /run/podman/podman.sock && { [ ! -e /run/docker.sock ] || mount --bind /dev/null /run/docker.sock; } && exec "$@"', podman.socket,
];

test('where Docker does not answer, podman is used, and doctor says so', async (t) => {
  const {exitCode, stdout, stderr} = await spawnWinnow(['doctor', '--json'], {prefix: withoutDocker(), env: {DOCKER_HOST: ''}});
  t.is(exitCode, ExitCode.done, stderr);
  const {checks, canProfile} = JSON.parse(stdout) as Examination;
  t.true(canProfile);
  t.regex(checks.find(({name}) => name === 'docker')?.detail ?? '', /^Podman 4\.\d/);
});

test('podman on another host is used where Docker does not answer there', async (t) => {
  const server = await startSshServer(t, {prefix: withoutDocker()});
  const store = await temporaryStore(t);
  const {code, err} = await winnow(['profile', busybox, ...alone, ...server.options, '--store', store, '--', 'cat', '/etc/passwd']);
  t.is(code, ExitCode.done, err);
  t.true((await onlyRun(store)).rows.some(({path: file}) => file === '/etc/passwd'));
});
