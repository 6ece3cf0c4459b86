import {readdir} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {AccessRow} from '../../../src/model/access.js';
import type {LiveEvent} from '../../../src/model/live.js';
import {followLive} from '../../../src/store/follow-live.js';
import {decodeLiveEvent} from '../../../src/store/live-codec.js';
import {listRuns} from '../../../src/store/store.js';
import {busybox, ensureTestImages} from '../../capture/images.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

const capture = ['profile', busybox, '--docker-arg=--network=none', '--', '/bin/sh', '-c', 'cat /etc/passwd; cat /etc/group /no/such/file; true'];

/** Events of the store's live feeds while `act` is under way. */
async function whileFollowing(store: string, act: () => Promise<unknown>): Promise<LiveEvent[]> {
  const controller = new AbortController();
  const events: LiveEvent[] = [];
  const following = (async () => {
    for await (const event of followLive(store, controller.signal)) {
      events.push(event);
      if (event.kind === 'ended') {
        controller.abort();
      }
    }
  })();
  await act();
  await following;
  return events;
}

const told = (events: readonly LiveEvent[]): AccessRow[] => events.flatMap((event) => (event.kind === 'rows' ? event.rows : []));
const names = (rows: readonly AccessRow[]): string[] => rows.map(({path: name, op, errno, pid}) => `${pid} ${op} ${name} ${errno}`);
const lastCount = (events: readonly LiveEvent[]): unknown => {
  const progress = events.findLast((event) => event.kind === 'progress');
  return progress && {files: progress.files, newFiles: progress.newFiles};
};

test('a replay tells followers of the store what capture told, counts no evidence and leaves nothing', async (t) => {
  const store = await temporaryStore(t);
  await winnow([...capture.slice(0, 2), '--store', store, '--docker-arg=--network=none', '--', 'cat', '/etc/passwd']);
  const live = await whileFollowing(store, () => winnow([...capture.slice(0, 2), '--store', store, ...capture.slice(2)]));
  const before = await listRuns(store);
  const trained = await winnow(['train', busybox, '--store', store, '--json']);
  const runId = before[1]?.runId ?? '';

  let outcome = {code: -1, out: '', err: ''};
  const again = await whileFollowing(store, async () => (outcome = await winnow(['replay', runId, '--store', store, '--speed', 'max'])));
  t.is(outcome.code, ExitCode.done, outcome.err);
  t.regex(outcome.out, new RegExp(`^${runId}  default  \\d+ first sights, \\d+ files that no run before it needed; replayed, nothing stored\n$`));
  t.true(told(live).length > 5);
  t.deepEqual(names(told(again)).sort(), names(told(live)).sort());
  t.deepEqual(lastCount(again), lastCount(live));
  t.like(again[0], {kind: 'started', replayOf: runId});

  t.deepEqual(await listRuns(store), before);
  t.deepEqual(await readdir(path.join(store, 'live')), []);
  t.is((await winnow(['train', busybox, '--store', store, '--json'])).out, trained.out);

  const json = await winnow(['replay', runId, '--store', store, '--speed', 'max', '--json']);
  const events = linesOf(json.out).map((line) => decodeLiveEvent(line));
  t.deepEqual(events.map((event) => event?.kind), again.map(({kind}) => kind));
  t.like(events.at(-1), {kind: 'ended', metadata: {runId}});
});

test('a speed that is no number, and a run that is not there, are named', async (t) => {
  const store = await temporaryStore(t);
  const fast = await winnow(['replay', 'x', '--store', store, '--speed', 'fast']);
  t.is(fast.code, ExitCode.usage);
  t.regex(fast.err, /--speed.*'fast' is invalid. it takes a number above 0 such as 10 or 0\.5, or max/);
  const missing = await winnow(['replay', 'x', '--store', store]);
  t.is(missing.code, ExitCode.failed);
  t.regex(missing.err, /there is no run "x" in /);
});
