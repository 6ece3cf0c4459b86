import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import test, {type ExecutionContext} from 'ava';
import {Ajv} from 'ajv';
import {chromeTrace, speedscope} from '../../src/export/timeline.js';
import type {Run} from '../../src/model/run.js';
import {sampleMetadata, sampleRow} from '../store/fixtures.js';
import {textOf} from './byte-names.js';

const startedNs = 1_795_503_300_000_000_000n;
const at = (ms: number): bigint => startedNs + BigInt(ms * 1_000_000);

const run: Run = {
  metadata: sampleMetadata({startedNs, endedNs: at(50)}),
  rows: [
    sampleRow({path: '/usr/lib/a.so', op: 'map', pid: 12, exe: '/bin/sh', firstNs: at(20), lastNs: at(20), count: 1}),
    sampleRow({path: '/bin/sh', op: 'exec', pid: 12, ppid: 1, exe: '/bin/sh', firstNs: at(10), lastNs: at(10), count: 1}),
    sampleRow({path: '/usr/lib/b\udcff', op: 'read', pid: 13, exe: '/bin/cat', firstNs: at(25), lastNs: at(45), count: 7}),
    sampleRow({path: '/absent', op: 'stat', ok: false, errno: 2, pid: 13, exe: '/bin/cat', origin: 'absent', firstNs: at(30), lastNs: at(30)}),
    sampleRow({path: '/no/time', op: 'read', firstNs: 0n, lastNs: 0n}),
  ],
};

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Record<string, unknown>;
}

test('a Chrome trace has a named track for each process, and a mark for each first sight', (t) => {
  const {traceEvents} = JSON.parse(textOf(chromeTrace(run))) as {traceEvents: TraceEvent[]};
  const named = traceEvents.filter(({ph}) => ph === 'M');
  t.deepEqual(named.map(({pid, args}) => [pid, args['name']]), [[12, '/bin/sh'], [13, '/bin/cat']]);
  const spans = traceEvents.filter(({ph}) => ph === 'X');
  t.deepEqual(spans.map(({pid, ts, dur}) => [pid, ts, dur]), [[12, 10_000, 10_000], [13, 25_000, 20_000]]);
  const marks = traceEvents.filter(({ph}) => ph === 'i');
  t.deepEqual(marks.map(({name, ts}) => [name, ts]), [['exec /bin/sh', 10_000], ['map /usr/lib/a.so', 20_000], ['read /usr/lib/b%FF', 25_000], ['stat /absent', 30_000]]);
  t.like(marks[3]?.args, {errno: 2, program: '/bin/cat'});
});

async function followsSpeedscope(t: ExecutionContext, document: unknown): Promise<void> {
  const file = createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json');
  const ajv = new Ajv({strict: false, allErrors: true});
  const validate = ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
  t.true(validate(document), ajv.errorsText(validate.errors));
  t.false(validate({...(document as object), profiles: [{type: 'sampled'}]}), 'the schema lets anything pass');
}

test('speedscope gets a profile by time and one by accesses, with a frame for each directory', async (t) => {
  const document = JSON.parse(textOf(speedscope(run))) as {profiles: {samples: number[][]; weights: number[]; endValue: number}[]; shared: {frames: {name: string}[]}};
  await followsSpeedscope(t, document);
  const frames = document.shared.frames.map(({name}) => name);
  const [time, accesses] = document.profiles;
  t.deepEqual(time?.samples.map((stack) => stack.map((frame) => frames[frame])), [
    ['/bin', '/bin/sh'],
    ['/usr', '/usr/lib', '/usr/lib/a.so'],
    ['/usr', '/usr/lib', '/usr/lib/b%FF'],
  ]);
  t.deepEqual(time?.weights, [10_000_000, 5_000_000, 25_000_000]);
  t.deepEqual(accesses?.weights, [1, 1, 7]);
  t.deepEqual(document.profiles.map(({endValue}) => endValue), [40_000_000, 9]);
});

test('a run without times gives an empty timeline that is still valid', async (t) => {
  const untimed = {...run, rows: run.rows.slice(-1)};
  t.deepEqual((JSON.parse(textOf(chromeTrace(untimed))) as {traceEvents: unknown[]}).traceEvents, []);
  await followsSpeedscope(t, JSON.parse(textOf(speedscope(untimed))));
});
