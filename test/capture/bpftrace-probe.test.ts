import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {createReadStream, readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {startBpftraceProbe} from '../../src/capture/bpftrace-probe.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {byteLines} from '../../src/wire/byte-lines.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {decodeStrace} from '../../src/wire/strace.js';
import {temporaryStore} from '../cli/run-winnow.js';
import {busybox, ensureTestImages} from './images.js';

test.before(ensureTestImages);

/** Shows fork, exec, cd, descriptors, symlinks, failures, a script, and names that are no text. */
const workload = String.raw`
mkdir -p /tmp/d && cd /tmp/d && odd=$(printf 'odd\377"\n\\') && echo x > "$odd" && ln -s "$odd" link && cat link
(cd .. && ls -lR .) ; cat nothing ; test -e /etc/passwd ; readlink link ; find /tmp -name x
printf '#!/bin/sh\ncat /etc/group\n' > run && chmod +x run && ./run ; ./nothing ; exec /nothing`;

test.serial('bpftrace and strace see the same accesses of one container', async (t) => {
  const out = await temporaryStore(t);
  const host = ['/usr', '/lib', '/lib64'].flatMap((directory) => ['--volume', `${directory}:${directory}:ro`]);
  const id = await createContainer(t, [
    '--pid=host', '--cap-add=SYS_PTRACE', '--security-opt=seccomp=unconfined', ...host, '--volume', `${out}:/out`, '--workdir=/etc', busybox,
    '/usr/bin/strace', '-f', '-o', '/out/log', '/bin/busybox', 'sh', '-c', workload,
  ]);
  const seen = await capture(id);
  const traced = await collect(decodeStrace(byteLines(createReadStream(path.join(out, 'log'))), {initialCwd: '/etc', startNs: 0n}));

  const calls = new Set(['open', 'openat', 'openat2', 'creat', 'stat', 'lstat', 'fstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2', 'readlink', 'readlinkat', 'execve', 'chdir', 'fchdir']);
  const truth = describeAccesses(traced, (event) => calls.has(event.call));
  const pids = new Set(traced.flatMap((event) => (event.kind === 'access' ? [event.pid] : [])));
  // strace itself execs the program from its own child, whose search for it is strace's.
  const got = describeAccesses(seen, (event) => pids.has(event.pid));
  t.true(truth.length > 40, String(truth.length));
  t.deepEqual(got, truth);
  const {made, delivered} = seen.at(-1) as ProbeEvent & {kind: 'end'};
  t.is(made, delivered);
});

test.serial('a container\'s first exec and scope are seen, its runtime\'s set-up is not', async (t) => {
  const events = await capture(await createContainer(t, ['--workdir=/tmp', busybox, 'cat', 'relative']));
  t.is(events[1]?.kind, 'scope');
  const accesses = describeAccesses(events, () => true).map((line) => line.slice(line.indexOf(' ') + 1));
  t.deepEqual(accesses, ['execve 0 / /bin/cat', 'openat 2 /tmp relative', 'readlink 0 / /proc/self/exe (itself)']);
});

test.serial('what docker exec starts is seen from its first instruction, in its own working directory', async (t) => {
  const id = await createContainer(t, [busybox, 'sleep', '600']);
  const probe = await startBpftraceProbe({containerId: id});
  const events = collect(probe.events);
  await execa('docker', ['start', id]);
  await execa('docker', ['exec', '--workdir=/etc', id, 'cat', 'passwd']);
  await execa('docker', ['kill', id]);
  probe.stop();
  const accesses = describeAccesses(await events, () => true).map((line) => line.slice(line.indexOf(' ') + 1)).sort();
  t.deepEqual(accesses, [
    'execve 0 / /bin/cat', 'execve 0 / /bin/sleep', 'openat 0 /etc passwd', 'readlink 0 / /proc/self/exe (itself)', 'readlink 0 / /proc/self/exe (itself)',
  ]);
});

test.serial('a 32-bit program, whose calls are not shown, is a loss', async (t) => {
  const program = path.join(await temporaryStore(t), 'old');
  await writeFile(program, elf32ThatExits(), {mode: 0o755});
  const id = await createContainer(t, [busybox, '/old']);
  await execa('docker', ['cp', program, `${id}:/old`]);
  const events = await capture(id);
  t.deepEqual(events.slice(-2), [{kind: 'lost', cpu: 0, reason: 'tool', count: 1}, {kind: 'end', made: 2, delivered: 1}]);
});

test.serial('records that its buffer could not hold are counted', async (t) => {
  const script = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); : < /etc/passwd; done';
  const events = await capture(await createContainer(t, [busybox, 'sh', '-c', script]), 1);
  const lost = events.reduce((sum, event) => sum + (event.kind === 'lost' ? event.count : 0), 0);
  const delivered = events.filter((event) => event.kind === 'access').length;
  t.true(lost > 0);
  t.deepEqual(events.at(-1), {kind: 'end', made: delivered + lost, delivered});
});

test('without bpftrace the host is said to be unable', async (t) => {
  const error = await t.throwsAsync(startBpftraceProbe({containerId: randomId(), env: {PATH: '/nowhere'}}), {instanceOf: WinnowError});
  t.like(error, {message: 'bpftrace is not installed', exitCode: 5, hint: 'winnow doctor says what this host can do'});
});

test.serial('giving up the start leaves no bpftrace behind', async (t) => {
  const controller = new AbortController();
  const containerId = randomId();
  const starting = startBpftraceProbe({containerId, signal: controller.signal});
  await until(() => bpftraceRuns(containerId));
  controller.abort(new Error('enough'));
  await t.throwsAsync(starting, {message: 'enough'});
  await until(() => !bpftraceRuns(containerId));
  t.pass();
});

test.serial('a controller that is killed leaves no bpftrace behind', async (t) => {
  const containerId = randomId();
  const module = fileURLToPath(new URL('../../src/capture/bpftrace-probe.ts', import.meta.url));
  const controller = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', `
    const {startBpftraceProbe} = await import(${JSON.stringify(module)});
    await startBpftraceProbe({containerId: '${containerId}'});
    console.log('attached');
    setInterval(() => {}, 1000);`]);
  const [said] = (await once(controller.stdout, 'data')) as [Buffer];
  t.is(String(said), 'attached\n');
  t.true(bpftraceRuns(containerId));
  controller.kill('SIGKILL');
  await until(() => !bpftraceRuns(containerId));
  t.pass();
});

const randomId = (): string => randomBytes(32).toString('hex');

async function createContainer(t: ExecutionContext, args: readonly string[]): Promise<string> {
  const {stdout: id} = await execa('docker', ['create', '--network=none', `--name=winnow-test-bpftrace-${randomBytes(4).toString('hex')}`, ...args]);
  t.teardown(() => execa('docker', ['rm', '--force', id]));
  return id;
}

/** ELF header, one program header, and `mov eax, 1; xor ebx, ebx; int 0x80`, which exits (elf(5)). */
function elf32ThatExits(): Buffer {
  const base = 0x0804_8000;
  const code = Buffer.from('b80100000031dbcd80', 'hex');
  const header = Buffer.alloc(84);
  header.write('7f454c46010101', 'hex');
  [2, 3].forEach((value, index) => header.writeUInt16LE(value, 16 + 2 * index));
  [1, base + 84, 52, 0, 0].forEach((value, index) => header.writeUInt32LE(value, 20 + 4 * index));
  [52, 32, 1].forEach((value, index) => header.writeUInt16LE(value, 40 + 2 * index));
  const size = header.length + code.length;
  [1, 0, base, base, size, size, 5, 0x1000].forEach((value, index) => header.writeUInt32LE(value, 52 + 4 * index));
  return Buffer.concat([header, code]);
}

async function capture(containerId: string, bufferPages?: number): Promise<ProbeEvent[]> {
  const probe = await startBpftraceProbe({containerId, ...(bufferPages === undefined ? {} : {bufferPages})});
  const events = collect(probe.events);
  await execa('docker', ['start', '--attach', containerId], {reject: false});
  probe.stop();
  return events;
}

async function collect(events: AsyncIterable<ProbeEvent>): Promise<ProbeEvent[]> {
  const all: ProbeEvent[] = [];
  for await (const event of events) {
    all.push(event);
  }
  return all;
}

function describeAccesses(events: readonly ProbeEvent[], counts: (event: ProbeEvent & {kind: 'access'}) => boolean): string[] {
  return events.flatMap((event) => {
    if (event.kind !== 'access' || event.target.by !== 'name' || !counts(event)) {
      return [];
    }
    const {base, name, followLast} = event.target;
    return [`${event.pid} ${event.call} ${event.errno} ${base ?? '?'} ${name}${followLast ? '' : ' (itself)'}`];
  }).sort();
}

/** A process that is ending in the kernel has no command line any more, and runs nothing. */
function bpftraceRuns(containerId: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      const commandLine = readFileSync(`/proc/${Number(pid)}/cmdline`, 'latin1');
      return commandLine.startsWith('bpftrace') && commandLine.includes(containerId);
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await delay(20);
  }
}
