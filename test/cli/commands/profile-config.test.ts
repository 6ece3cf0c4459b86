import {randomUUID} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {ExitCode} from '../../../src/model/exit-code.js';
import {runFilePath} from '../../../src/store/layout.js';
import {readRun} from '../../../src/store/run-file.js';
import {listRuns} from '../../../src/store/store.js';
import {busybox, containerOf, ensureTestImages, workloads} from '../../capture/images.js';
import {linesOf, spawnWinnow, temporaryStore, untilLive, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

/** Writes a config beside a store of its own; resolves to the options that use both. */
async function withConfig(t: ExecutionContext, text: string): Promise<{store: string; options: string[]}> {
  const store = await temporaryStore(t);
  const file = path.join(store, 'winnow.yaml');
  await writeFile(file, text);
  return {store, options: ['--config', file, '--store', store, '--backend=ebpf']};
}

test('the example of docs/config.md runs as it says', async (t) => {
  const docs = await readFile(new URL('../../../docs/config.md', import.meta.url), 'utf8');
  const example = (/```yaml\n(.*?)```/s.exec(docs)?.[1] ?? '').replaceAll('busybox:1', busybox);
  const {store, options} = await withConfig(t, example);
  await mkdir(path.join(store, 'www'));
  await writeFile(path.join(store, 'www/index.html'), 'a page\n');
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.done, err);
  const runs = await listRuns(store);
  t.deepEqual(runs.map(({workload}) => workload), ['report', 'report', 'pages', 'behind-a-proxy']);
  t.true(runs.every(({complete}) => complete));
  const rows = await Promise.all(runs.map(async ({runId}) => (await readRun(runFilePath(store, runId))).rows));
  const touched = (run: number, file: string): boolean => rows[run]?.some(({path: name, ok}) => name === file && ok) ?? false;
  t.true(touched(0, '/etc/passwd'));
  t.true(touched(2, '/www/index.html'), 'the web server of the workload is captured');
  t.false(touched(3, '/www/index.html'), 'that of a service is not');
});

test('options win over the config, and one workload can be picked', async (t) => {
  const {store, options} = await withConfig(t, 'workloads:\n  - {name: a, runs: 9}\n  - {name: b, runs: 9, command: cat /etc/passwd, env: {A: "1"}}\n');
  const {code, err} = await winnow(['profile', busybox, ...options, '--workload=b', '--runs=1', '--docker-arg=--env=A=2', '--', '/bin/sh', '-c', 'test $A = 2 && cat /etc/group']);
  t.is(code, ExitCode.done, err);
  const runs = await listRuns(store);
  t.is(runs.length, 1);
  t.like(runs[0], {workload: 'b', exitCode: 0});
  const {rows} = await readRun(runFilePath(store, runs[0]?.runId ?? ''));
  t.true(rows.some(({path: name}) => name === '/etc/group'));
  t.false(rows.some(({path: name}) => name === '/etc/passwd'));
});

test('a workload that the config does not have is told which it has', async (t) => {
  const {options} = await withConfig(t, 'workloads: [{name: a}, {name: b}]');
  const {code, err} = await winnow(['profile', busybox, ...options, '--workload=c']);
  t.is(code, ExitCode.usage);
  t.regex(err, /^winnow: .*winnow\.yaml has no workload "c"; it has a, b\n$/);
});

const served = (service: string): string => `workloads:\n  - name: a\n    command: sleep 600\n    docker: [--stop-timeout=0]\n    services:\n      first: {image: "${busybox}", command: [sleep, "600"], docker: [--stop-timeout=0]}\n      db: ${service}\n    steps: [{exec: "true"}]\n`;

const failsToServe = test.macro(async (t: ExecutionContext, service: (marker: string) => string, message: RegExp) => {
  const marker = randomUUID();
  const {store, options} = await withConfig(t, served(service(marker)).replace('600', `600 ${marker}`));
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.failed);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, message);
  t.is(await containerOf(marker), null);
  t.deepEqual(await listRuns(store), []);
});

test('a service that ends before it is ready is named with its last line, and none is left', failsToServe,
  (marker) => `{image: "${busybox}", command: [/bin/sh, -c, "echo no disk; exit 3; : ${marker}"], ready: "log:ready"}`,
  /^winnow: service "db": the container ended with exit code 3 before it was ready: it printed "no disk"/);
test('a service whose image the engine does not have is named, and none is left', failsToServe,
  () => '{image: no-such-image:9}',
  /^winnow: service "db": the engine does not make a container of this image: .*no-such-image:9/i);

const withService = (service: string, step: string): string => `workloads:
  - name: a
    command: sleep 600
    docker: [--stop-timeout=0]
    services:
      db: {image: "${busybox}", command: [/bin/sh, -c, "${service}"], ready: "log:up", docker: [--stop-timeout=0]}
    steps: [{exec: "cat /etc/passwd; until echo hi | nc 127.0.0.1 8000; do :; done; ${step}"}]
`;

const dies = test.macro(async (t: ExecutionContext, step: string) => {
  const marker = randomUUID();
  const {store, options} = await withConfig(t, withService(`echo up; nc -l -p 8000 -e cat; echo no memory; exit 3; : ${marker}`, step));
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.failed, err);
  t.regex(err, /^winnow: service "db" ended with exit code 3 during the run: it printed "no memory"; [^\n]+\n$/);
  t.is(await containerOf(marker), null);
  const [run] = await listRuns(store);
  t.like(run, {complete: false, incompleteReason: 'service "db" ended with exit code 3 during the run: it printed "no memory"'});
  const {rows} = await readRun(runFilePath(store, run?.runId ?? ''));
  t.true(rows.some(({path: name, ok}) => name === '/etc/passwd' && ok), 'what was captured until then is kept');
});

test('a service that dies ends the run, which says so and is kept as incomplete', dies, 'sleep 600');
test('a service that died is named rather than the step that failed of it', dies, 'sleep 1; exit 7');

test('a service that has done its part and ends with exit code 0 is no failure', async (t) => {
  const {store, options} = await withConfig(t, withService('echo up; nc -l -p 8000 -e cat', 'true'));
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.done, err);
  t.like((await listRuns(store))[0], {complete: true});
});

test('a service that dies while the next one starts is named', async (t) => {
  const {options} = await withConfig(t, `workloads:
  - name: a
    services:
      db: {image: "${busybox}", command: [/bin/sh, -c, "sleep 1; exit 3"]}
      web: {image: "${busybox}", command: [sleep, "600"], ready: "log:never", docker: [--stop-timeout=0]}
`);
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: service "db" ended with exit code 3 during the run; /);
});

/** The service says `line` when it is ready. */
const capturing = (step: string, line = 'up'): string => `workloads:
  - name: a
    command: sleep 600
    docker: [--stop-timeout=0]
    services:
      db: {image: "${workloads}", command: [/bin/sh, -c, "cat /workloads/nothing; echo ${line}; exec nc -ll -p 8000 -e cat /workloads/loop"], ready: "log:${line}", docker: [--stop-timeout=0], capture: true}
      other: {image: "${busybox}", command: [cat, /etc/passwd]}
    steps: [{exec: "until echo hi | nc 127.0.0.1 8000; do :; done; cat /etc/group; ${step}"}]
`;

test('a service whose files are to be captured has a run of its own image', async (t) => {
  const {store, options} = await withConfig(t, capturing('true'));
  const {code, out, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.done, err);
  t.regex(out, /^service db \(.*workloads.*\): .* a .* 0 lost, complete$/m);
  const runs = await Promise.all((await listRuns(store)).map(({runId}) => readRun(runFilePath(store, runId))));
  t.is(runs.length, 2);
  t.true(runs.every(({metadata}) => metadata.complete && metadata.workload === 'a'));
  const files = ['/workloads/nothing', '/workloads/loop', '/etc/group', '/etc/passwd'];
  const used = (image: string): boolean[] => files.map((file) => runs.some(({metadata, rows}) => metadata.imageName === image && rows.some(({path: name, ok}) => name === file && ok)));
  t.deepEqual(used(workloads), [true, true, false, false]);
  t.deepEqual(used(busybox), [false, false, true, false]);
});

test('a service can\'t be captured by bpftrace, which says so before anything is started', async (t) => {
  const {store, options} = await withConfig(t, capturing('true', 'refused'));
  const {code, err} = await winnow(['profile', busybox, ...options.slice(0, -1), '--backend=bpftrace']);
  t.is(code, ExitCode.hostCannot);
  t.is(err, 'winnow: the bpftrace hook follows one container, not its services too; leave out "capture" of the services\n');
  t.deepEqual(await listRuns(store), []);
  t.is(await containerOf('/workloads/nothing; echo refused'), null);
});

test('where the workload fails, the run of its service is no complete one either', async (t) => {
  const {store, options} = await withConfig(t, capturing('exit 3'));
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: the workload failed: /);
  const runs = await listRuns(store);
  t.is(runs.length, 2);
  t.true(runs.every(({incompleteReason}) => incompleteReason.startsWith('the workload failed: ')));
});

test('on the host\'s network services are reached by name too', async (t) => {
  const text = `workloads:
  - name: a
    command: sleep 600
    network: host
    docker: [--stop-timeout=0]
    services:
      db: {image: "${busybox}", command: [nc, -ll, -p, "47391", -e, cat], ready: "tcp:47391", docker: [--stop-timeout=0]}
    steps:
      - exec: test "$(echo hi | nc db 47391)" = hi
`;
  const {options} = await withConfig(t, text);
  const {code, err} = await winnow(['profile', busybox, ...options]);
  t.is(code, ExitCode.done, err);
});

test('interrupted, neither workload nor services are left', async (t) => {
  const marker = randomUUID();
  const {store, options} = await withConfig(t, served(`{image: "${busybox}", command: [/bin/sh, -c, "sleep 600; : db-${marker}"], docker: [--stop-timeout=0]}`).replace('exec: "true"', `exec: "sleep 600.${marker.replaceAll(/\D/g, '')}"`));
  const child = spawnWinnow(['profile', busybox, ...options]);
  await untilLive(child, store, '/bin/busybox');
  t.not(await containerOf(`db-${marker}`), null);
  child.kill('SIGTERM');
  const {exitCode, signal, stderr} = await child;
  t.is(exitCode, ExitCode.interrupted, `${signal ?? ''} ${stderr}`);
  t.is(await containerOf(marker), null);
  t.is((await listRuns(store))[0]?.incompleteReason, 'interrupted', stderr);
});
