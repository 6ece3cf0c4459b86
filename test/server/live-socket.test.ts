import {once} from 'node:events';
import test, {type ExecutionContext} from 'ava';
import {WebSocket} from 'ws';
import type {LiveBatch} from '../../src/model/web-api.js';
import {openLiveFeed} from '../../src/store/live.js';
import {makeDirectory, sampleMetadata, sampleRow, sampleStarted as started} from './sample-store.js';
import {serveStore} from './serve-store.js';

const {runId} = started;

async function follow(t: ExecutionContext, storeDirectory: string): Promise<{socket: WebSocket; next: () => Promise<LiveBatch>; answer: (batch: LiveBatch) => void}> {
  const {url} = await serveStore(t, storeDirectory);
  const socket = new WebSocket(new URL('/ws/live', url), {origin: new URL(url).origin});
  t.teardown(() => socket.terminate());
  const batches: LiveBatch[] = [];
  let wake = (): void => undefined;
  socket.on('message', (data: Buffer) => {
    batches.push(JSON.parse(data.toString('utf8')) as LiveBatch);
    wake();
  });
  await once(socket, 'open');
  const next = async (): Promise<LiveBatch> => {
    while (batches.length === 0) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return batches.shift() as LiveBatch;
  };
  return {socket, next, answer: (batch) => socket.send(String(batch.batch))};
}

test('a page hears of a run in progress, its accesses and its end', async (t) => {
  const directory = await makeDirectory(t);
  const feed = await openLiveFeed(directory, started);
  feed.append({kind: 'rows', runId, rows: [sampleRow(0), sampleRow(1)]});
  const {next, answer} = await follow(t, directory);
  const first = await next();
  t.like(first, {batch: 1, runs: [{runId, imageName: 'shop:1.4', rows: 2}]});
  t.deepEqual(first.rows.map(({path}) => path), ['/usr/share/doc/file-0', '/usr/share/doc/file-1']);
  answer(first);
  feed.append({kind: 'ended', runId, metadata: {...sampleMetadata(0, 'api'), runId}});
  await feed.close();
  t.like(await next(), {batch: 2, runs: [{phase: 'ended'}]});
});

test('a page that does not answer gets no second batch, and then one with everything in its counters', async (t) => {
  const directory = await makeDirectory(t);
  const feed = await openLiveFeed(directory, started);
  const slow = await follow(t, directory);
  const first = await slow.next();
  for (let at = 0; at < 3000; at += 1) {
    feed.append({kind: 'rows', runId, rows: [sampleRow(at)]});
  }
  // A second page of the same store hears of all rows, so the silent one's server had the same chance to send.
  const quick = await follow(t, directory);
  let seen = 0;
  while (seen < 3000) {
    const batch = await quick.next();
    seen = batch.runs[0]?.rows ?? seen;
    quick.answer(batch);
  }
  slow.answer(first);
  let last = await slow.next();
  t.is(last.batch, 2);
  let told = last.rows.length + last.skippedRows;
  while ((last.runs[0]?.rows ?? 0) < 3000) {
    slow.answer(last);
    last = await slow.next();
    told += last.rows.length + last.skippedRows;
  }
  t.is(told, 3000);
  t.true(last.rows.length <= 500);
  await feed.close();
});

test('an answer to another batch asks for nothing', async (t) => {
  const directory = await makeDirectory(t);
  const feed = await openLiveFeed(directory, started);
  const {socket, next, answer} = await follow(t, directory);
  const first = await next();
  for (const wrong of ['0', '2', '', 'one', '{}']) {
    socket.send(wrong);
  }
  feed.append({kind: 'rows', runId, rows: [sampleRow(0)]});
  socket.ping();
  await once(socket, 'pong'); // the server has read the wrong answers
  answer(first);
  t.like(await next(), {batch: 2});
  await feed.close();
});
