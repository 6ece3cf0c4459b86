import test from 'ava';
import {replayRun} from '../../src/capture/replay.js';
import type {LiveEvent} from '../../src/model/live.js';
import type {Run} from '../../src/model/run.js';
import {sampleMetadata, sampleRow} from '../store/fixtures.js';

const startedNs = 1_795_503_300_000_000_000n;
const afterMs = (ms: number): bigint => startedNs + BigInt(ms) * 1_000_000n;
const sight = (path: string, ms: number) => sampleRow({path, firstNs: afterMs(ms), lastNs: afterMs(ms + 5000), count: 40});

const run: Run = {
  metadata: sampleMetadata({startedNs, endedNs: afterMs(4000)}),
  rows: [sight('/late', 3000), sight('/first', 10), sight('/known', 20), sight('/first', 30)],
};

/** Replays on a clock that only sleeping moves; resolves to the events, each with the time it came at. */
async function replay(speed: number): Promise<{ms: number; event: LiveEvent}[]> {
  let ms = 0;
  const events: {ms: number; event: LiveEvent}[] = [];
  const sleep = (span: number): Promise<void> => Promise.resolve(void (ms += span));
  const plan = {replayId: 'again', speed, known: new Set(['/known'])};
  for await (const event of replayRun(run, plan, {signal: new AbortController().signal, nowMs: () => ms, sleep})) {
    events.push({ms, event});
  }
  return events;
}

const rowsOf = (events: readonly {event: LiveEvent}[]) => events.flatMap(({event}) => (event.kind === 'rows' ? event.rows : []));

test('first sights come in the order of their times, each counting one', async (t) => {
  const rows = rowsOf(await replay(1));
  t.deepEqual(rows.map(({path}) => path), ['/first', '/known', '/first', '/late']);
  t.true(rows.every(({count, firstNs, lastNs}) => count === 1 && firstNs === lastNs));
});

test('the pace is the recorded one times the speed', async (t) => {
  const times = (events: readonly {ms: number; event: LiveEvent}[]) => events.map(({ms, event}) => `${event.kind} ${Math.round(ms)}`);
  t.deepEqual(times(await replay(1)), ['started 0', 'rows 30', 'progress 30', 'rows 3000', 'progress 3000', 'ended 4000']);
  t.deepEqual(times(await replay(10)), ['started 0', 'rows 3', 'progress 3', 'rows 300', 'progress 300', 'ended 400']);
  t.deepEqual(times(await replay(Number.POSITIVE_INFINITY)), ['started 0', 'rows 0', 'progress 0', 'ended 0']);
});

test('files are counted as capture counts them, and the run keeps its own id', async (t) => {
  const events = (await replay(10)).map(({event}) => event);
  t.like(events[0], {kind: 'started', runId: 'again', replayOf: run.metadata.runId, startedNs});
  t.like(events.at(-2), {kind: 'progress', files: 3, newFiles: 2});
  t.deepEqual(events.at(-1), {kind: 'ended', runId: 'again', metadata: run.metadata});
});

test('many first sights of one moment come in several batches', async (t) => {
  const flood: Run = {...run, rows: Array.from({length: 2500}, (_, at) => sight(`/${at}`, 1))};
  const plan = {replayId: 'again', speed: Number.POSITIVE_INFINITY, known: new Set<string>()};
  const sizes: number[] = [];
  for await (const event of replayRun(flood, plan, {signal: new AbortController().signal})) {
    sizes.push(...(event.kind === 'rows' ? [event.rows.length] : []));
  }
  t.deepEqual(sizes, [1000, 1000, 500]);
});

test('it ends where its signal aborts, also while it waits', async (t) => {
  const controller = new AbortController();
  const kinds: string[] = [];
  const error = await t.throwsAsync(async () => {
    for await (const {kind} of replayRun(run, {replayId: 'again', speed: 0.001, known: new Set()}, {signal: controller.signal})) {
      kinds.push(kind);
      setImmediate(() => controller.abort());
    }
  });
  t.is(error?.name, 'AbortError');
  t.deepEqual(kinds, ['started']);
});
