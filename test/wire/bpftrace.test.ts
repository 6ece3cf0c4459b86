import {Readable} from 'node:stream';
import test from 'ava';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {decodeBpftrace} from '../../src/wire/bpftrace.js';

const printf = (text: string): string => `{"type": "printf", "data": "${text}\\n"}`;
const beat = (timeNs: number, cpu: number): string => printf(`beat ${timeNs} ${cpu}`);
const entered = [printf('scope 10 0 7 7 99 4026532177 39 1'), printf('exec 11 0 7 7 7 0 /bin/sh')];
const call = (timeNs: number, cpu: number, name: string, fields: string): string =>
  printf(`call ${timeNs} ${cpu} tracepoint:syscalls:sys_exit_${name} ${fields}`);

test('the first exec gives the scope, its process and its program', async (t) => {
  const events = await decode(entered);
  t.deepEqual(events.slice(0, 2), [
    {kind: 'hello', probe: 'bpftrace', aggregated: false},
    {kind: 'scope', cgroupId: 99n, mountNamespace: 4026532177, rootDev: 39},
  ]);
  t.like(events.at(-1), {kind: 'process', pid: 7, cause: 'exec', exe: '/bin/sh', timeNs: 1011n});
});

test('the names above the working directory become its path', async (t) => {
  const events = await decode([...entered.slice(0, 1), printf('cwd 10 0 7 lib'), printf('cwd 10 0 7 usr'), ...entered.slice(1), call(12, 0, 'newstat', '7 7 -2 1 -100 0 0 x')]);
  t.deepEqual(events.flatMap(describe).at(-1), 'stat stat 2 /usr/lib x');
});

test('a working directory in another mount is the one that the caller knows, or unknown', async (t) => {
  const elsewhere = [printf('scope 10 0 7 7 99 1 39 0'), call(12, 0, 'access', '7 7 0 1 -100 0 0 x')];
  t.deepEqual((await decode(elsewhere, {initialCwd: '/data'})).flatMap(describe), ['access stat 0 /data x']);
  t.deepEqual((await decode(elsewhere)).flatMap(describe), ['access stat 0 ? x']);
});

test('bytes that are no text, quotes and newlines survive bpftrace\'s JSON', async (t) => {
  const names = String.raw`a\"b c\nd \uffffffff\ufffffffe \uffffffc3\uffffffbc \\uffffffff \u0001`;
  t.deepEqual((await decode([...entered, call(12, 0, 'openat', `7 7 3 1 4294967196 0 0 ${names}`)])).flatMap(describe).at(-1),
    'openat read 0 / a"b c\nd \udcff\udcfe ü \\uffffffff \u0001');
});

test('what two CPUs recorded is taken in order of time', async (t) => {
  const lines = [
    ...entered,
    call(40, 0, 'access', '7 7 0 1 -100 0 0 late'), beat(50, 0),
    call(20, 1, 'chdir', '7 7 0 1 -100 0 0 /d'), call(30, 1, 'access', '7 7 0 1 -100 0 0 early'), beat(60, 1), beat(60, 0),
  ];
  t.deepEqual((await decode(lines, {cpus: 2})).flatMap(describe).slice(-3), ['chdir lookup 0 / /d', 'access stat 0 /d early', 'access stat 0 /d late']);
});

test('the end comes once every CPU has spoken after the stop, and not without', async (t) => {
  const lines = [...entered, beat(50, 0), beat(101, 1), call(90, 0, 'access', '7 7 0 1 -100 0 0 /a'), beat(110, 0), 'never read'];
  const events = await decode(lines, {cpus: 2, stopNs: () => 100n});
  t.deepEqual(events.slice(-2).flatMap(describe), ['access stat 0 / /a']);
  t.deepEqual(events.at(-1), {kind: 'end', made: 2, delivered: 2});
  t.not((await decode(lines.slice(0, -2), {cpus: 2, stopNs: () => 100n})).at(-1)?.kind, 'end');
});

const loss = test.macro(async (t, line: string, ...expected: readonly string[]) => {
  t.deepEqual((await decode([...entered, line])).flatMap(describe).filter((said) => said !== 'execve exec 0 / /bin/sh'), [...expected]);
});
test('a path that fills its room is a loss', loss, call(12, 0, 'access', `7 7 0 1 -100 0 0 /${'x'.repeat(198)}`), 'lost path 1');
test('one that just fits is none', loss, call(12, 0, 'access', `7 7 0 1 -100 0 0 /${'x'.repeat(197)}`), `access stat 0 / /${'x'.repeat(197)}`);
test('a path that could not be read is a loss', loss, call(12, 0, 'access', '7 7 0 1 -100 0 0 '), 'lost fault 1');
test('a call whose arguments could not be kept is a loss', loss, call(12, 0, 'access', '7 7 0 0 0 0 0 '), 'lost tool 1');
test('a child that could not be followed is a loss', loss, printf('fork 12 0 7 7 8 17 0'), 'lost tool 1');
test('a 32-bit program is a loss', loss, printf('exec 12 0 7 7 7 1 /bin/old'), 'execve exec 0 / /bin/old', 'lost tool 1');
test('what bpftrace says it lost is a loss', loss, '{"type": "lost_events", "data": {"events": 41}}', 'lost tool 41');
test('a line that can\'t be read is a loss', loss, '{"type": "printf", "data": "call 12', 'lost tool 1');
test('its own talk is none', loss, '{"type": "attached_probes", "data": {"probes": 61}}');

test('directories follow descriptors through dup, close and exec', async (t) => {
  const lines = [
    ...entered,
    call(12, 0, 'openat', '7 7 3 1 4294967196 65536 0 /d'),
    call(13, 0, 'fcntl', '7 7 10 1 3 1030 10'),
    call(14, 0, 'close', '7 7 0 1 3 0 0'),
    printf('fork 15 0 7 7 8 17 1'),
    call(16, 0, 'newfstatat', '8 8 0 1 10 256 0 a'),
    call(17, 0, 'newfstatat', '8 8 -2 1 3 0 0 b'),
    printf('exec 18 0 8 8 8 0 /dev/fd/10/tool'),
    call(19, 0, 'newfstatat', '8 8 -9 1 10 0 0 c'),
  ];
  t.deepEqual((await decode(lines)).flatMap(describe).slice(2), [
    'newfstatat stat 0 /d a (itself)', 'newfstatat stat 2 ? b', 'execveat exec 0 /d tool', 'newfstatat stat 9 ? c',
  ]);
});

interface Given {
  readonly initialCwd?: string;
  readonly cpus?: number;
  readonly stopNs?: () => bigint | null;
}

async function decode(lines: readonly string[], {initialCwd, cpus = 1, stopNs = () => null}: Given = {}): Promise<ProbeEvent[]> {
  const events: ProbeEvent[] = [];
  for await (const event of decodeBpftrace(Readable.from(lines), {initialCwd: initialCwd ?? null, bootNs: 1000n, cpus, stopNs})) {
    events.push(event);
  }
  return events;
}

function describe(event: ProbeEvent): string[] {
  if (event.kind === 'lost') {
    return [`lost ${event.reason} ${event.count}`];
  }
  if (event.kind !== 'access' || event.target.by !== 'name') {
    return [];
  }
  const {base, name, followLast} = event.target;
  return [`${event.call} ${event.op} ${event.errno} ${base ?? '?'} ${name}${followLast ? '' : ' (itself)'}`];
}
