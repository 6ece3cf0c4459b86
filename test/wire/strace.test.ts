import {createReadStream} from 'node:fs';
import {Readable} from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import {WinnowError} from '../../src/model/winnow-error.js';
import {byteLines} from '../../src/wire/byte-lines.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {decodeStrace, type StraceOptions} from '../../src/wire/strace.js';

const recordedIn: StraceOptions = {initialCwd: '/tmp/winnow-fixture', startNs: 0n};

/** What test/fixtures/strace/record.sh's workload does, as "op errno base name", without what every busybox does to start. */
const workload = [
  'read 0 /tmp/winnow-fixture run.sh',
  'read 0 /tmp/winnow-fixture plain',
  'read 0 /tmp/winnow-fixture .',
  'read 0 /tmp/winnow-fixture odd\udcff"\nü',
  'lookup 0 / /tmp/winnow-fixture/sub',
  'read 0 /tmp/winnow-fixture/sub ../link',
  'stat 0 /tmp/winnow-fixture/sub ../plain (itself)',
  'stat 0 /tmp/winnow-fixture/sub ../plain',
  'write 0 /tmp/winnow-fixture/sub ../plain',
  'stat 2 /tmp/winnow-fixture/sub ../moved',
  'remove 0 /tmp/winnow-fixture/sub ../plain (itself)',
  'write 0 /tmp/winnow-fixture/sub ../moved (itself)',
  'stat 0 /tmp/winnow-fixture/sub ../moved (itself)',
  'stat 0 /tmp/winnow-fixture/sub ../moved',
  'remove 0 /tmp/winnow-fixture/sub ../moved (itself)',
  'stat 2 /tmp/winnow-fixture/sub nothere (itself)',
  'exec 2 / /nothere',
];

for (const form of ['plain', 'annotated', 'epoch', 'terminal']) {
  test(`a recording in the form "${form}" gives every access with its directory, without loss`, async (t) => {
    const events = await decodeFile(`${form}.log`);
    const accesses = events.flatMap(describe).filter((line) => !/busybox$|\/proc\/self\/exe|(stat|list) 0 \/ \/tmp/.test(line));
    t.deepEqual(accesses, workload);
    t.deepEqual(events.at(-1), {kind: 'end', made: 28, delivered: 28});
  });
}

test('a recording of file calls only leaves the directories of children unknown instead of guessing', async (t) => {
  const accesses = (await decodeFile('files-only.log')).flatMap(describe);
  t.true(accesses.includes('read 0 /tmp/winnow-fixture plain'));
  t.true(accesses.includes('read 0 ? ../link'));
  t.false(accesses.some((line) => line.includes('winnow-fixture/sub ')));
});

test('threads share the working directory, and a copied descriptor keeps its path', async (t) => {
  const accesses = (await decodeFile('threads.log')).flatMap(describe);
  t.true(accesses.includes('read 0 /tmp/winnow-fixture/sub/.. sub'));
  t.true(accesses.includes('stat 2 /tmp/winnow-fixture/sub/../sub gone'));
});

test('every fork and exec makes a process of its own, with its parent', async (t) => {
  const processes = (await decodeFile('plain.log')).filter((event) => event.kind === 'process');
  t.is(new Set(processes.map(({processId}) => processId)).size, processes.length);
  t.deepEqual(processes.slice(0, 4).map(({cause, exe, parentId}) => [cause, exe, parentId]), [
    ['found', null, 0], ['exec', '/usr/bin/busybox', 1], ['fork', null, 2], ['exec', '/proc/self/exe', 3],
  ]);
});

test('times of -ttt are the Unix time, times of -tt count from the day of the start', async (t) => {
  t.is((await first('1700000000.250000 access("/a", F_OK) = 0', 5n)).timeNs, 1_700_000_000_250_000_000n);
  t.is((await first('01:00:00.000001 access("/a", F_OK) = 0', 86_400_000_000_000n * 3n + 7n)).timeNs, 86_400_000_000_000n * 3n + 3_600_000_001_000n);
});

const access = test.macro<[string, ...string[]]>({
  exec: async (t, line, ...expected) => t.deepEqual((await decode([line])).flatMap(describe), [...expected]),
  title: (_, line) => line.slice(0, 70),
});
test(access, '7 openat(AT_FDCWD, "a", O_RDONLY|O_CLOEXEC) = 3', 'read 0 /tmp/winnow-fixture a');
test(access, '7 openat(AT_FDCWD</elsewhere>, "a", O_WRONLY) = 3</elsewhere/a>', 'write 0 /elsewhere a');
test(access, '[pid    7] open("/l", O_RDONLY|O_NOFOLLOW|O_PATH) = 3 <0.000020>', 'lookup 0 / /l (itself)');
test(access, '7 openat2(5</d (x, "y>, "a", {flags=O_RDWR, resolve=RESOLVE_BENEATH}, 24) = -1 EXDEV (Invalid cross-device link)', 'write 18 /d (x, "y a');
test(access, '7 newfstatat(4</d>, "", {st_mode=S_IFDIR|0755, ...}, AT_EMPTY_PATH) = 0', 'stat 0 / /d');
test(access, '7 newfstatat(4, "", {st_mode=S_IFDIR|0755, ...}, AT_EMPTY_PATH) = 0');
test(access, '7 utimensat(4</d>, NULL, NULL, 0) = 0', 'write 0 / /d');
test(access, '7 linkat(AT_FDCWD, "a", AT_FDCWD, "b", AT_SYMLINK_FOLLOW) = 0', 'lookup 0 /tmp/winnow-fixture a', 'write 0 /tmp/winnow-fixture b (itself)');
test(access, '7 symlink("target", "/l") = 0', 'write 0 / /l (itself)');
test(access, '7 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</lib/x.so>, 0) = 0x7f0000000000', 'map 0 / /lib/x.so');
test(access, '7 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000');
test(access, '7 access(0x7ffe00000000, F_OK) = -1 EFAULT (Bad address)');
test(access, '7 openat(AT_FDCWD, "/t"..., O_RDONLY) = 3', 'lost path 1');
test(access, '7 stat("/a", 0x7ffe) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)');
test(access, '7 access("/a\\x3e\\303\\274\\t\\"", F_OK) = 0', 'stat 0 / /a>ü\t"');

test('an exec by a thread goes on under the id of the first', async (t) => {
  const events = await decode([
    '1 chdir("/d") = 0',
    '1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD) = 2',
    '2 execve("x", ["x"], 0x7f /* 0 vars */ <unfinished ...>',
    '1 +++ superseded by execve in pid 2 +++',
    '1 <... execve resumed>) = 0',
    '1 access("a", F_OK) = 0',
    '1 +++ exited with 0 +++',
  ]);
  t.deepEqual(events.flatMap(describe), ['lookup 0 / /d', 'exec 0 /d x', 'stat 0 /d a']);
  t.is(events.at(-1)?.kind, 'end');
});

test('descriptors close on exec, and a closed one is unknown', async (t) => {
  const accesses = (await decode([
    '1 brk(NULL) = 0x1',
    '1 open("/kept", O_RDONLY) = 3',
    '1 open("/gone", O_RDONLY|O_CLOEXEC) = 4',
    '1 open("/closed", O_RDONLY) = 5',
    '1 close(5) = 0',
    '1 execve("/x", ["/x"], 0x7f /* 0 vars */) = 0',
    ...[3, 4, 5].map((fd) => `1 unlinkat(${fd}, "name", 0) = 0`),
  ])).flatMap(describe).slice(-3);
  t.deepEqual(accesses, ['remove 0 /kept name (itself)', 'remove 0 ? name (itself)', 'remove 0 ? name (itself)']);
});

test('a line that is no strace line is one lost record', async (t) => {
  const events = await decode(['1 access("/a", F_OK) = 0', 'Hello, world', '1 access("/b', '1 <... access resumed>) = 0', '1 +++ exited with 0 +++']);
  t.deepEqual(events.flatMap(describe), ['stat 0 / /a', 'lost tool 1', 'lost tool 1', 'lost tool 1']);
  t.deepEqual(events.at(-1), {kind: 'end', made: 4, delivered: 1});
});

test('a log that stops before its processes do has no end', async (t) => {
  t.not((await decode(['1 access("/a", F_OK) = 0'])).at(-1)?.kind, 'end');
});

test('a file that is something else is refused with what to do', async (t) => {
  const error = await t.throwsAsync(decode(['path,op', '/etc/passwd,read']), {instanceOf: WinnowError});
  t.is(error?.message, 'not an strace log: no system call in its first 2 lines');
  t.regex(error?.hint ?? '', /strace -f/);
  await t.throwsAsync(decode([]), {instanceOf: WinnowError});
});

test('a hostile line of a megabyte costs no more than reading it', async (t) => {
  const long = (piece: string): string => piece.repeat((1 << 20) / piece.length);
  const lines = ['x', '<', '>', '\\', '"', '(', 'strace: ', '|A', '1 ', ', '].flatMap((piece) => [`1 open(${long(piece)}`, `1 open("/a", 0) = 3<${long(piece)}`, long(piece)]);
  const events = await decode(['1 access("/a", F_OK) = 0', ...lines]);
  t.deepEqual(events.flatMap(describe).slice(0, 1), ['stat 0 / /a']);
  t.true(events.filter((event) => event.kind === 'lost').length >= 20);
});

test('whatever the lines are, decoding ends or refuses', async (t) => {
  const piece = fc.constantFrom(
    '1 ', '[pid 2] ', 'openat(', 'clone(', '<unfinished ...>', '<... openat resumed>', 'AT_FDCWD, ', '"a', '"', ', ', ') = 0', '= -1 ENOENT (x)', '<', '>', '\\',
    '{flags=', '+++ exited with 0 +++', 'dup2(1, 2) = 2', 'close_range(0, 9, CLOSE_RANGE_CLOEXEC) = 0', 'open("/a", 0) = 5',
  );
  await fc.assert(fc.asyncProperty(fc.array(fc.array(piece, {maxLength: 8}).map((pieces) => pieces.join('')), {maxLength: 30}), async (lines) => {
    try {
      await decode(lines);
    } catch (error) {
      t.true(error instanceof WinnowError, String(error));
    }
  }), {seed: 7, numRuns: 500});
  t.pass();
});

async function decodeFile(name: string): Promise<ProbeEvent[]> {
  return collect(decodeStrace(byteLines(createReadStream(new URL(`../fixtures/strace/${name}`, import.meta.url))), recordedIn));
}

async function decode(lines: readonly string[], startNs = 0n): Promise<ProbeEvent[]> {
  return collect(decodeStrace(Readable.from(lines), {...recordedIn, startNs}));
}

async function first(line: string, startNs: bigint): Promise<ProbeEvent & {kind: 'access'}> {
  const found = (await decode([line], startNs)).find((event) => event.kind === 'access');
  if (found === undefined) {
    throw new Error(`no access in ${line}`);
  }
  return found;
}

async function collect(events: AsyncIterable<ProbeEvent>): Promise<ProbeEvent[]> {
  const all: ProbeEvent[] = [];
  for await (const event of events) {
    all.push(event);
  }
  return all;
}

function describe(event: ProbeEvent): string[] {
  if (event.kind === 'lost') {
    return [`lost ${event.reason} ${event.count}`];
  }
  if (event.kind !== 'access' || event.target.by !== 'name') {
    return [];
  }
  const {base, name, followLast} = event.target;
  return [`${event.op} ${event.errno} ${base ?? '?'} ${name}${followLast ? '' : ' (itself)'}`];
}
