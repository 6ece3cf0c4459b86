import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import type {RunMetadata} from '../../src/model/run.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, root, temporaryStore, winnow} from '../cli/run-winnow.js';
import {busybox, ensureTestImages} from './images.js';

test.before(ensureTestImages);

const programs = path.join(root, 'build/workloads');

async function record(t: ExecutionContext, options: readonly string[], args: readonly string[]): Promise<RunMetadata | undefined> {
  const store = await temporaryStore(t);
  const {code, err} = await winnow(['profile', busybox, '--store', store, '--docker-arg=--network=none', `--docker-arg=--volume=${programs}:/programs:ro`, ...options, '--', ...args]);
  t.is(code, ExitCode.done, err);
  const [run] = await listRuns(store);
  return run;
}

/** Names that strace prints for a program of this host and all its threads and children. */
async function straced(t: ExecutionContext, args: readonly string[]): Promise<Set<string>> {
  const log = path.join(await temporaryStore(t), 'strace.log');
  await execa('strace', ['-f', '-o', log, ...args]);
  return new Set(Array.from((await readFile(log, 'utf8')).matchAll(/^\d+ +(?:<\.\.\. )?([a-z0-9_]+)[( ]/gm), ([, name = '']) => name));
}

/** The program's own execve is the runtime's; the engine's default profile refuses clone3 before anybody sees it. */
const notSeen = new Set(['execve', 'clone3']);

test('the set of system calls is what strace sees: of the program, its threads and children, and of either ABI', async (t) => {
  const run = await record(t, ['--syscalls'], ['/programs/syscalls']);
  const {x86_64: native = [], x86 = []} = run?.systemCalls ?? {};
  const expected = await straced(t, [path.join(programs, 'syscalls')]);
  t.deepEqual(native.filter((name) => !notSeen.has(name)), [...expected].filter((name) => !notSeen.has(name)).sort());
  for (const name of ['getpgid', 'fsync', 'sched_get_priority_max', 'getpriority']) {
    t.true(native.includes(name), name);
  }
  t.deepEqual(x86, ['getpid'], 'a call by int $0x80');
});

test('a busybox command makes the calls that strace sees', async (t) => {
  const run = await record(t, ['--syscalls', '--rung', 'tracepoint'], ['cat', '/etc/passwd']);
  const expected = await straced(t, ['/bin/busybox', 'cat', '/etc/passwd']);
  t.deepEqual(run?.systemCalls?.x86_64?.filter((name) => !notSeen.has(name)), [...expected].filter((name) => !notSeen.has(name)).sort());
  t.is(run?.systemCalls?.x86, undefined);
});

test('without the option nothing is recorded of them', async (t) => {
  t.is((await record(t, [], ['true']))?.systemCalls, undefined);
});

test('bpftrace says that it cannot', async (t) => {
  const {code, err} = await winnow(['profile', busybox, '--backend', 'bpftrace', '--syscalls', '--store', await temporaryStore(t)]);
  t.is(code, ExitCode.usage);
  t.is(linesOf(err).length, 1);
  t.regex(err, /^winnow: only the eBPF probe records system calls; leave out one of --syscalls and --backend/);
});
