import {readFileSync} from 'node:fs';
import {Readable} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {WinnowError} from '../../src/model/winnow-error.js';
import {byteLines} from '../../src/wire/byte-lines.js';
import {decodeBpftrace} from '../../src/wire/bpftrace.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {decodeStrace} from '../../src/wire/strace.js';
import {makeRandom} from '../stats/random.js';
import {mutate} from './mutate.js';

/** Real recordings: a record.sh beside each makes it. */
const recording = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

const anywhere = (bytes: Buffer): number[] => [...bytes.keys()];

/** Offsets in the bodies of the records behind the hello and the names of calls, without which no other can be read. */
function bodies(stream: Buffer): number[] {
  const found: number[] = [];
  for (let start = 0; start < stream.length; start += stream.readUInt32LE(start)) {
    const [end, type] = [start + stream.readUInt32LE(start), stream.readUInt16LE(start + 4)];
    for (let offset = start + 8; offset < end && type > 2; offset += 1) {
      found.push(offset);
    }
  }
  return found;
}

interface Outcomes {
  events: number;
  whole: number;
  refused: number;
}

/** Feeds mutants until so many bytes were changed; whatever the decoder throws must be one clear error. */
async function fuzz(
  t: ExecutionContext,
  {original, at, changes, seed, decode}: {original: Buffer; at: readonly number[]; changes: number; seed: number; decode: (bytes: Buffer, random: () => number) => Promise<number>},
): Promise<Outcomes> {
  const random = makeRandom(seed);
  const outcomes: Outcomes = {events: 0, whole: 0, refused: 0};
  for (let done = 0; done < changes; ) {
    const {bytes, changed} = mutate(original, at, random);
    done += changed;
    try {
      outcomes.events += await decode(bytes, random);
      outcomes.whole += 1;
    } catch (error) {
      if (!(error instanceof WinnowError) || error.message.includes('\n')) {
        throw error;
      }
      outcomes.refused += 1;
    }
  }
  t.log(`${changes.toLocaleString('en-US')} bytes changed: ${outcomes.whole} streams decoded to ${outcomes.events} events, ${outcomes.refused} refused`);
  return outcomes;
}

/** In chunks of any size, as a pipe may cut it. */
function decodeRecords(bytes: Buffer, random: () => number): Promise<number> {
  const decoder = new RecordDecoder();
  let events = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + Math.floor(random() * 20_000);
    for (const {kind} of decoder.push(bytes.subarray(start, end))) {
      events += kind === 'hello' ? 0 : 1;
    }
    start = end;
  }
  return Promise.resolve(events);
}

const stream = recording('stream/accesses.bin');

test('ten million changed bytes of a stream, in any place, give events or one clear error, never a crash or a hang', async (t) => {
  const outcomes = await fuzz(t, {original: stream, at: anywhere(stream), changes: 5_000_000, seed: 20_261_124, decode: decodeRecords});
  t.true(outcomes.refused > 1000);
  // Changes to bodies alone get further: the records are cut right, and each is judged by itself.
  const inBodies = await fuzz(t, {original: stream, at: bodies(stream), changes: 5_000_000, seed: 1, decode: decodeRecords});
  t.true(inBodies.refused > 100 && inBodies.whole > 100 && inBodies.events > 10_000);
});

async function count(events: AsyncIterable<ProbeEvent>): Promise<number> {
  let counted = 0;
  for await (const event of events) {
    counted += event.kind === 'hello' ? 0 : 1;
  }
  return counted;
}

test('half a million changed bytes of what bpftrace prints give events and counted losses', async (t) => {
  const original = recording('bpftrace/accesses.json');
  const outcomes = await fuzz(t, {
    original, at: anywhere(original), changes: 500_000, seed: 2,
    decode: (bytes) => count(decodeBpftrace(byteLines(Readable.from([bytes])), {initialCwd: '/', bootNs: 0n, cpus: 2, stopNs: () => null})),
  });
  t.true(outcomes.whole > 100 && outcomes.events > 1000);
  t.is(outcomes.refused, 0); // a line that can't be read is a lost record
});

for (const form of ['annotated', 'plain', 'terminal', 'threads']) {
  test(`half a million changed bytes of an strace log in the form "${form}" give events, losses or one clear error`, async (t) => {
    const original = recording(`strace/${form}.log`);
    const outcomes = await fuzz(t, {
      original, at: anywhere(original), changes: 500_000, seed: 3,
      decode: (bytes) => count(decodeStrace(byteLines(Readable.from([bytes])), {initialCwd: '/', startNs: 0n})),
    });
    t.true(outcomes.whole > 50 && outcomes.events > 1000);
  });
}
