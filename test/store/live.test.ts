import {appendFile, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {LiveEvent} from '../../src/model/live.js';
import {followLive} from '../../src/store/follow-live.js';
import {openLiveFeed} from '../../src/store/live.js';
import {decodeLiveEvent, encodeLiveEvent} from '../../src/store/live-codec.js';
import {rowArbitrary, runArbitrary, sampleMetadata, sampleRow, startedEvent, storeWorker, temporaryDirectory} from './fixtures.js';

const rowsEvent = (runId: string, name: string): LiveEvent => ({kind: 'rows', runId, rows: [sampleRow({path: `/${name}`})]});
const endedEvent = (runId: string): LiveEvent => ({kind: 'ended', runId, metadata: sampleMetadata({runId})});

/** Follows a store in the background; `until` resolves to the events so far once there are that many. */
function follow(t: ExecutionContext, store: string) {
  const controller = new AbortController();
  const events: LiveEvent[] = [];
  let check = (): void => undefined;
  const finished = (async () => {
    for await (const event of followLive(store, controller.signal)) {
      events.push(event);
      check();
    }
  })();
  t.teardown(() => controller.abort());
  return {
    until: (length: number) =>
      new Promise<LiveEvent[]>((resolve) => {
        check = () => (events.length >= length ? resolve(events) : undefined);
        check();
      }),
    stop: async () => {
      controller.abort();
      await finished;
    },
  };
}

test('every event survives its line: any path bytes, every bit of 64-bit numbers', (t) => {
  const runEvents = fc.tuple(runArbitrary, fc.array(rowArbitrary)).map(([{metadata}, rows]): LiveEvent[] => [
    {...startedEvent(metadata.runId), startedNs: metadata.startedNs},
    {kind: 'rows', runId: metadata.runId, rows},
    {kind: 'progress', runId: metadata.runId, phase: 'working', files: 3, newFiles: 1, lostRecords: metadata.lostRecords},
    {kind: 'ended', runId: metadata.runId, metadata},
  ]);
  fc.assert(
    fc.property(runEvents, (events) => {
      for (const event of events) {
        const line = encodeLiveEvent(event);
        t.is(line.indexOf('\n'), line.length - 1);
        t.deepEqual(decodeLiveEvent(line), event);
      }
    }),
  );
});

test('a follower sees what stood in a feed before, then what is appended, then the end, in order', async (t) => {
  const store = await temporaryDirectory(t);
  const feed = await openLiveFeed(store, startedEvent('a'));
  feed.append(rowsEvent('a', 'before'));
  const follower = follow(t, store);
  t.deepEqual(await follower.until(2), [startedEvent('a'), rowsEvent('a', 'before')]);
  feed.append(rowsEvent('a', 'after'));
  t.deepEqual((await follower.until(3))[2], rowsEvent('a', 'after'));
  feed.append(endedEvent('a'));
  await feed.close();
  t.deepEqual((await follower.until(4))[3], endedEvent('a'));
  t.deepEqual(await readdir(path.join(store, 'live')), []);
  await follower.stop();
});

test('a follower that waits for the first run sees it, and others beside it', async (t) => {
  const store = await temporaryDirectory(t);
  const follower = follow(t, store);
  t.deepEqual(await Promise.race([follower.until(1), Promise.resolve('nothing yet')]), 'nothing yet');
  const a = await openLiveFeed(store, startedEvent('a'));
  const b = await openLiveFeed(store, startedEvent('b'));
  for (let number = 0; number < 50; number += 1) {
    a.append(rowsEvent('a', `${number}`));
    b.append(rowsEvent('b', `${number}`));
  }
  const events = await follower.until(102);
  for (const runId of ['a', 'b']) {
    const expected = [startedEvent(runId), ...Array.from({length: 50}, (_, number) => rowsEvent(runId, `${number}`))];
    t.deepEqual(events.filter((event) => event.runId === runId), expected);
  }
  await a.close();
  await b.close();
  await follower.stop();
});

test('a feed of another process is followed while it is written', async (t) => {
  const store = await temporaryDirectory(t);
  const follower = follow(t, store);
  const writer = storeWorker(store, 'capture', 'far');
  const events = await follower.until(4);
  t.deepEqual(events.map(({kind, runId}) => `${kind} ${runId}`), ['started far', 'rows far', 'progress far', 'rows far']);
  writer.kill('SIGKILL');
  await writer.catch(() => undefined);
});

test('a line that is cut is told only when it is whole, and a broken one is passed over', async (t) => {
  const store = await temporaryDirectory(t);
  const file = path.join(store, 'live/a.ndjson');
  await mkdir(path.dirname(file));
  const line = encodeLiveEvent(rowsEvent('a', 'é'.repeat(300_000)));
  await writeFile(file, encodeLiveEvent(startedEvent('a')) + line.slice(0, 100_001));
  const follower = follow(t, store);
  t.is((await follower.until(1)).length, 1);
  await appendFile(file, line.slice(100_001));
  t.deepEqual((await follower.until(2))[1], rowsEvent('a', 'é'.repeat(300_000)));
  await appendFile(file, `{"kind":"rows"\n{"kind":"unheard"}\n${encodeLiveEvent(endedEvent('a'))}`);
  t.deepEqual((await follower.until(3))[2], endedEvent('a'));
  await follower.stop();
});

test('following ends with its signal, also while nothing happens', async (t) => {
  const follower = follow(t, await temporaryDirectory(t));
  await follower.stop();
  t.pass();
});

test('what append was given is in the file when it returns', async (t) => {
  const store = await temporaryDirectory(t);
  const feed = await openLiveFeed(store, startedEvent('a'));
  feed.append(rowsEvent('a', 'x'));
  t.true((await readFile(path.join(store, 'live/a.ndjson'), 'utf8')).endsWith(encodeLiveEvent(rowsEvent('a', 'x'))));
  await feed.close();
});
