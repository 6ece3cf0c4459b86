import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {AccessRow} from '../../../src/model/access.js';
import type {DebloatConfig} from '../../../src/model/debloat-config.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {Profile} from '../../../src/model/profile.js';
import type {RunMetadata} from '../../../src/model/run.js';
import {readdirIfThere} from '../../../src/store/atomic-file.js';
import {liveDirectory, runFilePath} from '../../../src/store/layout.js';
import {readRun} from '../../../src/store/run-file.js';
import {listRuns} from '../../../src/store/store.js';
import {busybox, ensureTestImages, workloads} from '../../capture/images.js';
import {type RunningContainer, startContainer} from '../../capture/running-container.js';
import {freePort} from '../../capture/ssh-server.js';
import {linesOf, spawnWinnow, temporaryStore, untilLive, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

const reason = 'attached to a running container';

/** Reads the group file inside; what WINNOW_CONTAINER names is in the environment where one container is attached to. */
const readGroup = 'docker exec "$WINNOW_CONTAINER" cat /etc/group';

async function runsOf(store: string): Promise<{metadata: RunMetadata; rows: readonly AccessRow[]}[]> {
  const runs = await listRuns(store);
  return Promise.all(runs.map(async ({runId}) => readRun(runFilePath(store, runId))));
}

function used(rows: readonly AccessRow[], path: string): boolean {
  return rows.some((row) => row.path === path && row.ok && row.origin === 'image');
}

test('what a container has open and runs comes first, then what it does; the run says that it began late', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t, {script: 'exec 3</etc/passwd'});
  const {code, out, err} = await winnow(['attach', name, '--workload=smoke', '--test', readGroup, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.regex(out, new RegExp(`^${name}: .* smoke .* 0 lost, incomplete \\(${reason}\\)\\n$`));
  const [run] = await runsOf(store);
  t.like(run?.metadata, {imageName: busybox, workload: 'smoke', complete: false, incompleteReason: reason, lostRecords: 0, exitCode: null});
  const rows = run?.rows ?? [];
  t.like(rows.find(({path}) => path === '/etc/passwd'), {op: 'read', exe: '/bin/busybox', count: 1});
  t.true(rows.some(({path, op}) => path === '/bin/busybox' && op === 'exec'));
  t.true(rows.some(({path, op}) => path === '/bin/busybox' && op === 'map'));
  t.like(rows.find(({path}) => path === '/etc/group'), {op: 'read', origin: 'image'});
  t.true(Number(run?.metadata.capturedRecords) > 4);
});

test('such a run proves use and never disuse', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t, {image: workloads});
  const attached = await winnow(['attach', name, '--test', 'docker exec "$WINNOW_CONTAINER" cat /fixture/second', '--store', store]);
  t.is(attached.code, ExitCode.done, attached.err);
  const alone = JSON.parse((await winnow(['plan', workloads, '--json', '--store', store])).out) as DebloatConfig;
  t.like(alone.evidence, {runs: 0, flawedRuns: 1});
  t.is(alone.totals.removedFiles, 0);
  await winnow(['profile', workloads, '--docker-arg=--network=none', '--runs=3', '--store', store, '--', 'true']);
  const {files, evidence} = JSON.parse((await winnow(['train', workloads, '--json', '--store', store])).out) as Profile;
  t.like(evidence, {runs: 3, flawedRuns: 1});
  t.like(files.find(({path}) => path === '/fixture/second'), {observedRuns: 0, observedFlawedRuns: 1});
  const plan = JSON.parse((await winnow(['plan', workloads, '--json', '--max-risk=1', '--store', store])).out) as DebloatConfig;
  t.is(plan.files.find(({path}) => path === '/fixture/second')?.decision, 'keep');
  t.is(plan.files.find(({path}) => path === '/fixture/third')?.decision, 'remove', 'which no run has touched');
});

test('a file that was removed while it is open still counts as the image\'s', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t, {script: 'exec 3</etc/passwd; rm /etc/passwd'});
  const {code, err} = await winnow(['attach', name, '--test=true', '--store', store]);
  t.is(code, ExitCode.done, err);
  t.true(used((await runsOf(store))[0]?.rows ?? [], '/etc/passwd'));
});

test('the end of the container ends the run, with its exit code', async (t) => {
  const store = await temporaryStore(t);
  const {name, id} = await startContainer(t);
  const attached = winnow(['attach', name, '--store', store]);
  while ((await readdirIfThere(liveDirectory(store))).length === 0) {
    await sleep(50);
  }
  await execa('docker', ['kill', id]);
  const {code, err} = await attached;
  t.is(code, ExitCode.done, err);
  t.like((await listRuns(store))[0], {exitCode: 137, incompleteReason: reason});
});

test('Ctrl-C is how a capture ends that nothing else ends', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t);
  const {code, err} = await winnow(['attach', name, '--store', store], {signal: AbortSignal.timeout(1500)});
  t.is(code, ExitCode.done, err);
  t.regex(err, /^attached to .*; Ctrl-C ends it\n1 run did not see a container from start to end: /);
  t.is((await listRuns(store)).length, 1);
});

test('before a duration is over, Ctrl-C is an interruption, and what was captured is kept', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t);
  const {code} = await winnow(['attach', name, '--duration=10m', '--store', store], {signal: AbortSignal.timeout(1500)});
  t.is(code, ExitCode.interrupted);
  t.is((await listRuns(store)).length, 1);
});

test('a test that fails is told, and what was captured is kept', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t);
  const {code, err} = await winnow(['attach', name, '--test', 'echo no luck; exit 3', '--quiet', '--store', store]);
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: the test failed: .* ended with exit code 3: it printed "no luck"; what was captured is kept\n$/);
  t.is((await listRuns(store)).length, 1);
});

test('what is run inside once it is attached is captured with it, on the rung that was asked for', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t);
  const {code, err} = await winnow(['attach', name, '--exec', 'cat /etc/group', '--rung=tracepoint', '--store', store]);
  t.is(code, ExitCode.done, err);
  const [run] = await runsOf(store);
  t.is(run?.metadata.rung, 'tracepoint');
  t.true(used(run?.rows ?? [], '/etc/group'));
});

test('a program inside that closes its output is waited for all the same', async (t) => {
  const {name} = await startContainer(t);
  const {code, err} = await winnow(['attach', name, '--exec', 'exec >&- 2>&-; sleep 1; exit 3', '--store', await temporaryStore(t)]);
  t.is(code, ExitCode.failed);
  t.regex(err, /ended with exit code 3/);
});

/** Gets ready in its own time. */
const slow = '(sleep 1; cat /etc/passwd >/tmp/index.html; exec httpd -f -p 127.0.0.1:PORT -h /tmp) & true';

const waits = test.macro(async (t: ExecutionContext, ready: string, options: readonly string[] = []) => {
  const store = await temporaryStore(t);
  const port = String(await freePort());
  const {name} = await startContainer(t, {options: ['--network=host', ...options.map((option) => option.replace('PORT', port))], script: slow.replace('PORT', port)});
  const {code, err} = await winnow(['attach', name, '--ready', ready.replace('PORT', port), '--exec', `wget -q -O - http://127.0.0.1:${port}/`, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.true(used((await runsOf(store))[0]?.rows ?? [], '/bin/busybox'));
});

test('steps wait for a port', waits, 'tcp:PORT');
test('steps wait for an answer', waits, 'http:http://{address}:PORT/');
test('steps wait for a healthcheck', waits, 'healthcheck', ['--health-cmd=wget -q -O - http://127.0.0.1:PORT/', '--health-interval=200ms']);

test('a line that was printed before counts too, also on a terminal', async (t) => {
  for (const options of [[], ['--tty']]) {
    const {name} = await startContainer(t, {options, script: 'echo "ready: yes"'});
    const {code, err} = await winnow(['attach', name, '--ready=log:ready: yes', '--exec=true', '--store', await temporaryStore(t)]);
    t.is(code, ExitCode.done, err);
  }
});

test('steps wait for a container that somebody else starts meanwhile', async (t) => {
  const store = await temporaryStore(t);
  const {stdout: id} = await execa('docker', ['create', '--network=none', '--stop-timeout=0', busybox, '/bin/sh', '-c', 'cat /etc/passwd; echo up; sleep 600']);
  t.teardown(() => execa('docker', ['rm', '--force', id]));
  const child = spawnWinnow(['attach', id, '--ready=log:up', '--exec=cat /etc/group', '--store', store]);
  child.stderr.once('data', () => void execa('docker', ['start', id])); // which says that it is attached
  const {exitCode, stderr} = await child;
  t.is(exitCode, ExitCode.done, stderr);
  const [run] = await runsOf(store);
  t.true(used(run?.rows ?? [], '/etc/passwd') && used(run?.rows ?? [], '/etc/group'));
});

test('a container that ends before it is ready is told, and what was captured is kept', async (t) => {
  const store = await temporaryStore(t);
  const {id, name} = await startContainer(t, {script: 'exec 3</etc/passwd'});
  const child = spawnWinnow(['attach', name, '--quiet', '--ready=log:never', '--exec=true', '--store', store]);
  await untilLive(child, store, '/etc/passwd');
  await execa('docker', ['stop', id]);
  const {exitCode, stderr} = await child;
  t.is(exitCode, ExitCode.failed);
  t.regex(stderr, /^winnow: the container ended with exit code 137 before it was ready: it printed "ready"; /);
  t.is((await listRuns(store)).length, 1);
});

test('requests are made while it is attached, behind what runs inside and on the host', async (t) => {
  const store = await temporaryStore(t);
  const {name} = await startContainer(t, {options: ['--network=host']});
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://{address}:${(server.address() as AddressInfo).port}`;
  const {code, err} = await winnow(['attach', name, '--http', `${url}/last`, '--test', `curl -s ${url.replace('{address}', '$WINNOW_ADDRESS')}/first`, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.deepEqual(asked, ['/first', '/last']);
});

test('what needs one container is refused with two', async (t) => {
  const store = await temporaryStore(t);
  const [one, other] = [await startContainer(t), await startContainer(t)];
  for (const step of [['--exec', 'true'], ['--http', 'http://{address}/'], ['--ready', 'tcp:80', '--test', 'true']]) {
    const {code, err} = await winnow(['attach', one.name, other.name, ...step, '--store', store]);
    t.is(code, ExitCode.usage);
    t.regex(err, /^winnow: .* needs one container, and here is more than one: winnow-test-.*, winnow-test-.*; attach to one by its name, or use --test\n$/);
  }
  t.deepEqual(await listRuns(store), []);
});

/** The unified hierarchy's directory of a process, and that of a v1 controller where the host has one. */
async function cgroupsOf(pid: number): Promise<string[]> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().split('\n').map((line) => line.split(':'));
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return lines.flatMap(([, controller = '', cgroup = '']) => {
    const mount = mounts.find(([, , type, flags = '']) => (controller === '' ? type === 'cgroup2' : type === 'cgroup' && flags.split(',').includes(controller)));
    return mount === undefined ? [] : [`${mount[1] ?? ''}${cgroup}`];
  });
}

const selected = test.macro(async (t: ExecutionContext, select: (container: RunningContainer) => readonly string[] | Promise<readonly string[]>) => {
  const store = await temporaryStore(t);
  const label = randomUUID();
  const container = await startContainer(t, {options: [`--label=winnow-test=${label}`], script: 'exec 3</etc/passwd'});
  const args = (await select(container)).map((arg) => arg.replace('LABEL', label));
  const {code, err} = await winnow(['attach', ...args, '--test', readGroup.replace('$WINNOW_CONTAINER', container.id), '--store', store]);
  t.is(code, ExitCode.done, err);
  const runs = await runsOf(store);
  t.is(runs.length, 1);
  t.is(runs[0]?.metadata.imageName, busybox);
  t.true(used(runs[0]?.rows ?? [], '/etc/passwd'));
  t.is(used(runs[0]?.rows ?? [], '/etc/group'), !args.includes('--pid'), 'a process is captured without what others start in its container');
});

test('by the start of an id', selected, ({id}) => [id.slice(0, 12)]);
test('by a label', selected, () => ['--label', 'winnow-test=LABEL']);
test('by a process, whose container tells the image', selected, ({pid}) => ['--pid', String(pid)]);
test('by a process, with the image named', selected, ({pid}) => ['--pid', String(pid), '--image', busybox]);
test('by the directory of a cgroup', selected, async ({pid}) => ['--cgroup', (await cgroupsOf(pid)).at(-1) ?? '']);
test('by the directory of a v1 controller\'s cgroup, where there is one', selected, async ({pid}) => ['--cgroup', (await cgroupsOf(pid))[0] ?? '']);
test('by a cgroup as /proc names it', selected, async ({pid}) => ['--cgroup', /^0::(.*)$/m.exec(await readFile(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '']);

test('all containers that run an image are captured, each in a run of its own', async (t) => {
  const image = `winnow-test/attach:${randomUUID()}`;
  const {id} = await startContainer(t);
  await execa('docker', ['commit', '--change=LABEL other=1', id, image]);
  t.teardown(() => execa('docker', ['rmi', '--force', image]));
  for (const script of ['exec 3</etc/passwd', 'exec 3</etc/group']) {
    await startContainer(t, {image, script});
  }
  const store = await temporaryStore(t);
  const {code, err} = await winnow(['attach', '--image', image, '--test', 'true', '--store', store]);
  t.is(code, ExitCode.done, err);
  const runs = await runsOf(store);
  t.deepEqual(runs.map(({rows}) => [used(rows, '/etc/passwd'), used(rows, '/etc/group')]).sort(), [[false, true], [true, false]]);
  t.true(runs.every(({metadata}) => metadata.imageName === image));
});

test('containers of a compose project are captured together, each for its own image', async (t) => {
  const project = `p${randomUUID()}`;
  const ofProject = (service: string, name = project): string[] => [`--label=com.docker.compose.project=${name}`, `--label=com.docker.compose.service=${service}`];
  const web = await startContainer(t, {options: ofProject('web'), script: 'exec 3</etc/passwd'});
  const db = await startContainer(t, {options: ofProject('db'), image: workloads, script: 'exec 3</workloads/loop'});
  await startContainer(t, {options: ofProject('web', 'another')});
  const store = await temporaryStore(t);
  const {code, out, err} = await winnow(['attach', '--compose', project, '--test', `docker exec ${web.id} cat /etc/group && docker exec ${db.id} /workloads/nothing`, '--json', '--store', store]);
  t.is(code, ExitCode.done, err);
  const {runs: told} = JSON.parse(out) as {runs: {target: string; imageName: string}[]};
  t.deepEqual(new Map(told.map(({target, imageName}) => [target, imageName])), new Map([[web.name, busybox], [db.name, workloads]].sort() as [string, string][]));
  const runs = new Map((await runsOf(store)).map(({metadata, rows}) => [metadata.imageName, rows]));
  t.is(runs.size, 2);
  t.deepEqual(['/etc/passwd', '/etc/group', '/workloads/loop', '/workloads/nothing'].map((path) => used(runs.get(busybox) ?? [], path)), [true, true, false, false]);
  t.deepEqual(['/etc/passwd', '/etc/group', '/workloads/loop', '/workloads/nothing'].map((path) => used(runs.get(workloads) ?? [], path)), [false, false, true, true]);
});

/** A compose file of two services, started one after another. */
const project = (files: string): string => `version: "2.4"
services:
  db:
    image: ${workloads}
    network_mode: none
    command: [/bin/sh, -c, "cat /workloads/nothing; exec nc -ll -p 5432"]
    stop_grace_period: 0s
  web:
    image: ${busybox}
    network_mode: none
    command: [/bin/sh, -c, "cat ${files}; exec sleep 600"]
    stop_grace_period: 0s
    depends_on: [db]
`;

test('containers that compose has made and not started yet are seen from start to end, and their runs justify removals', async (t) => {
  const store = await temporaryStore(t);
  const file = path.join(store, 'docker-compose.yml');
  const name = `p${randomUUID()}`;
  await writeFile(file, project('/etc/passwd'));
  const compose = (...args: string[]): string[] => ['--project-name', name, '--file', file, ...args];
  await execa('docker-compose', compose('up', '--no-start'));
  t.teardown(() => execa('docker-compose', compose('down', '--timeout=0')));
  const inTest = `docker-compose ${compose().join(' ')}`;
  const {code, err} = await winnow(['attach', '--compose', name, '--workload=smoke', '--test', `${inTest} start && docker exec ${name}_web_1 cat /etc/group && ${inTest} stop`, '--store', store]);
  t.is(code, ExitCode.done, err);
  const runs = new Map((await runsOf(store)).map((run) => [run.metadata.imageName, run]));
  t.is(runs.size, 2);
  for (const {metadata} of runs.values()) {
    t.like(metadata, {complete: true, incompleteReason: '', lostRecords: 0, exitCode: 137, workload: 'smoke'});
  }
  t.deepEqual(['/etc/passwd', '/etc/group', '/workloads/nothing'].map((wanted) => used(runs.get(busybox)?.rows ?? [], wanted)), [true, true, false]);
  t.deepEqual(['/etc/passwd', '/etc/group', '/workloads/nothing'].map((wanted) => used(runs.get(workloads)?.rows ?? [], wanted)), [false, false, true]);
});

test('a container that goes on after the capture is not seen to its end', async (t) => {
  const store = await temporaryStore(t);
  const {stdout: id} = await execa('docker', ['create', '--network=none', busybox, 'sleep', '600']);
  t.teardown(() => execa('docker', ['rm', '--force', id]));
  const {code, err} = await winnow(['attach', id, '--test', `docker start ${id}`, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.like((await listRuns(store))[0], {complete: false, incompleteReason: 'the container went on after the capture'});
});

interface Failure {
  readonly args: readonly string[];
  readonly code: ExitCode;
  readonly message: RegExp;
}

const fails = test.macro(async (t: ExecutionContext, {args, code, message}: Failure) => {
  const store = await temporaryStore(t);
  const {code: actual, err} = await winnow(['attach', ...args, '--store', store]);
  t.is(actual, code, err);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, message);
  t.deepEqual(await listRuns(store), []);
});

const nowhere = `winnow-test-${randomUUID()}`;
test('without anything to attach to', fails, {args: [], code: ExitCode.usage, message: /^winnow: say what to attach to; give names/});
test('with something to wait for, and nothing to do then', fails, {args: ['web', '--ready=tcp:80'], code: ExitCode.usage, message: /^winnow: --ready is what steps wait for; give --exec, --test or --http/});
test('in two ways at once', fails, {args: ['web', '--compose=shop'], code: ExitCode.usage, message: /^winnow: there is more than one way to attach here; give names/});
test('to a container that is not there', fails, {args: [nowhere], code: ExitCode.failed, message: /^winnow: no container "winnow-test-.*" on this engine; docker ps/});
test('to a name that is no container\'s', fails, {args: ['a/../b'], code: ExitCode.failed, message: /^winnow: no container "a\/\.\.\/b" on this engine/});
test('to an image that is not there', fails, {args: [`--image=${nowhere}`], code: ExitCode.failed, message: /^winnow: no image "winnow-test-/});
test('to a project of which nothing runs', fails, {args: [`--compose=${nowhere}`], code: ExitCode.failed, message: /^winnow: no container with the label com\.docker\.compose\.project=winnow-test-.* runs/});
test('to a process that is not there', fails, {args: ['--pid=4194303'], code: ExitCode.usage, message: /^winnow: there is no process 4194303 on this host/});
test('to a process of no container', fails, {args: ['--pid=1'], code: ExitCode.usage, message: /^winnow: process 1 is of no container that this engine knows; .*--image/});
test('to a cgroup that is not there', fails, {args: [`--cgroup=/${nowhere}`], code: ExitCode.usage, message: /^winnow: there is no cgroup "\/winnow-test-/});
test('to a process on another host', fails, {args: ['--pid=1', '--host=ssh://nowhere'], code: ExitCode.usage, message: /^winnow: --cgroup and --pid are of this host/});

test('by a probe that can\'t tell what is open', fails, {args: ['web', '--backend=bpftrace'], code: ExitCode.usage, message: /^winnow: option '--backend <probe>' argument 'bpftrace' is invalid/});
test('by the kernel module with a rung of the eBPF probe', fails, {args: ['web', '--backend=module', '--rung=fentry'], code: ExitCode.usage, message: /^winnow: --rung is of the eBPF probe; leave out one/});
test('for system calls by the kernel module', fails, {args: ['web', '--backend=module', '--syscalls'], code: ExitCode.usage, message: /^winnow: only the eBPF probe records system calls; leave out one/});

test('by the kernel module where that is not loaded, to one container or several', async (t) => {
  const store = await temporaryStore(t);
  const names = [(await startContainer(t)).name, (await startContainer(t)).name];
  for (const targets of [names, names.slice(1)]) {
    const {code, err} = await winnow(['attach', ...targets, '--backend=module', '--test=true', '--store', store]);
    t.is(code, ExitCode.hostCannot);
    t.regex(err, /^winnow: winnow-probe: the kernel module is not loaded; run scripts\/module load; winnow doctor says .*\n$/);
  }
  t.deepEqual(await listRuns(store), []);
});

test('to a container that has ended', async (t) => {
  const {id, name} = await startContainer(t);
  await execa('docker', ['kill', id]);
  const {code, err} = await winnow(['attach', name]);
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: container "winnow-test-.*" has ended; docker start .*, or winnow profile winnow-test\/busybox:/);
});
