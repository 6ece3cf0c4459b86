import {Buffer} from 'node:buffer';
import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {WinnowError} from '../../src/model/winnow-error.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {makeRandom} from '../stats/random.js';

/** A real stream: test/fixtures/stream/record.sh makes it. */
const recording = readFileSync(new URL('../fixtures/stream/accesses.bin', import.meta.url));

function decode(chunks: Iterable<Buffer>): ProbeEvent[] {
  const decoder = new RecordDecoder();
  return [...chunks].flatMap((chunk) => [...decoder.push(chunk)]);
}

function* cut(bytes: Buffer, length: () => number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + length());
    yield bytes.subarray(start, end);
    start = end;
  }
}

function edited(edit: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(recording);
  edit(bytes);
  return bytes;
}

const whole = decode([recording]);

test('a recorded stream begins with hello, ends with end, and accounts for every access', (t) => {
  const accesses = whole.filter(({kind}) => kind === 'access' || kind === 'repeat');
  const end = whole.at(-1);
  t.true(accesses.length > 100);
  t.is(whole[0]?.kind, 'hello');
  t.deepEqual(end, {kind: 'end', made: accesses.length, delivered: accesses.length});
});

test('the counts at the end equal the accesses that were streamed one by one', (t) => {
  const streamed = new Map<number, number>();
  for (const event of whole) {
    if (event.kind === 'access' || event.kind === 'repeat') {
      streamed.set(event.entryId, (streamed.get(event.entryId) ?? 0) + 1);
    }
  }
  const counted = whole.flatMap((event) => (event.kind === 'count' ? [[event.entryId, event.count] as const] : []));
  t.deepEqual(new Map(counted.sort(byId)), new Map([...streamed].sort(byId)));
});

const sameEvents = test.macro((t: ExecutionContext, length: () => number) => {
  t.deepEqual(decode(cut(recording, length)), whole);
});

test('one byte at a time gives the same events', sameEvents, () => 1);
test('seven bytes at a time give the same events', sameEvents, () => 7);
const random = makeRandom(1);
test('random chunks give the same events', sameEvents, () => 1 + Math.floor(random() * 5000));

test('a stream that was cut gives what came before, without an end', (t) => {
  for (const length of [0, 1, 8, 31, 32, 1000, recording.length - 1]) {
    const events = decode([recording.subarray(0, length)]);
    t.deepEqual(events, whole.slice(0, events.length));
    t.false(events.some(({kind}) => kind === 'end'));
  }
});

const refused = test.macro((t: ExecutionContext, bytes: Buffer, message: RegExp) => {
  const error = t.throws(() => decode([bytes]), {instanceOf: WinnowError, message});
  t.false(error.message.includes('\n'));
});

test('a stream of something else is refused', refused, Buffer.from('#!/bin/sh\necho hello world, not a stream\n'), /magic number/);
test('a newer major version is refused by its number', refused, edited((bytes) => bytes.writeUInt16LE(2, 12)), /version 2\.0, this winnow version 1/);
test('a record shorter than its header is refused', refused, edited((bytes) => bytes.writeUInt32LE(4, 32)), /a record of 4 bytes/);
test('a record longer than any is refused before it is waited for', refused, edited((bytes) => bytes.writeUInt32LE(0x7fff_fff8, 32)), /a record of 2147483640 bytes/);
test('a second hello is refused', refused, Buffer.concat([recording.subarray(0, 32), recording.subarray(0, 32)]), /second hello/);

test('a newer minor version may add record types, which are passed over', (t) => {
  const unknown = Buffer.alloc(16);
  unknown.writeUInt32LE(16, 0);
  unknown.writeUInt16LE(999, 4);
  t.deepEqual(decode([recording.subarray(0, 32), unknown, recording.subarray(32)]), whole);
});

function systemCall(number: number, arch: number, name: string): Buffer {
  const bytes = Buffer.alloc(56);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(10, 4);
  bytes.writeUInt32LE(number, 8);
  bytes.writeUInt32LE(arch, 12);
  bytes.write(name, 16, 'latin1');
  return bytes;
}

test('system calls have their architecture, and a number where they have no name', (t) => {
  const records = [systemCall(0, 0xc000003e, 'read'), systemCall(5, 0x40000003, 'open'), systemCall(462, 0xc000003e, '')];
  t.deepEqual(decode([recording.subarray(0, 32), ...records]).slice(1), [
    {kind: 'syscall', architecture: 'x86_64', name: 'read'},
    {kind: 'syscall', architecture: 'x86', name: 'open'},
    {kind: 'syscall', architecture: 'x86_64', name: '#462'},
  ]);
});

test('a system call of an unknown architecture is refused', refused, Buffer.concat([recording.subarray(0, 32), systemCall(0, 7, 'read')]), /system call "read" of architecture 7/);
test('a system call whose name is none is refused', refused, Buffer.concat([recording.subarray(0, 32), systemCall(0, 0xc000003e, 'a;b')]), /system call "a;b"/);

function byId([left]: readonly [number, number], [right]: readonly [number, number]): number {
  return left - right;
}
