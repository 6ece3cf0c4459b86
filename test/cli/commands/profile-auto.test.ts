import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {AutoOutcome} from '../../../src/cli/auto-runs.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {DryingUp, LiveEvent} from '../../../src/model/live.js';
import type {RunMetadata} from '../../../src/model/run.js';
import {followLive} from '../../../src/store/follow-live.js';
import {listRuns} from '../../../src/store/store.js';
import {busybox, ensureTestImages, isRunning} from '../../capture/images.js';
import {temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

interface Document {
  readonly runs: readonly (RunMetadata & {readonly driedUp?: DryingUp})[];
  readonly auto?: AutoOutcome;
}

const alone = ['--docker-arg=--network=none', '--docker-arg=--stop-timeout=0', '--backend=ebpf'];

async function profile(t: ExecutionContext, args: readonly string[], store?: string): Promise<Document & {err: string}> {
  const {code, out, err} = await winnow(['profile', busybox, '--store', store ?? (await temporaryStore(t)), '--json', ...alone, ...args]);
  t.is(code, ExitCode.done, err);
  return {...(JSON.parse(out) as Document), err};
}

test('runs that all need the same are enough once the bound is under the risk asked for', async (t) => {
  const {runs, auto, err} = await profile(t, ['--runs=auto', '--until-risk=0.3', '--', 'cat', '/etc/passwd']);
  t.is(runs.length, 10);
  t.like(auto, {runs: 10, isReached: true, untilRisk: 0.3});
  t.is(auto?.risk.estimate, 0);
  t.regex(err, /^winnow: 10 runs are enough: with 95 % confidence, fewer than 26 % of further such runs need a file that none has shown\n$/);
});

test('stopping at the largest number of runs is said plainly', async (t) => {
  const {runs, auto, err} = await profile(t, ['--runs=auto', '--max-runs=2', '--', 'true']);
  t.is(runs.length, 2);
  t.like(auto, {runs: 2, isReached: false, maxRuns: 2});
  t.regex(err, /^winnow: stopped at 2 runs \(--max-runs\), not at the risk asked for: up to 100 % of further such runs may need .*, not 5 %\n$/);
});

test('workloads of a number of runs come first, then those with auto take turns', async (t) => {
  const store = await temporaryStore(t);
  const config = path.join(store, 'winnow.yaml');
  await writeFile(config, `max-runs: 3\nworkloads:\n  - {name: a, runs: auto, command: "true"}\n  - {name: b, runs: 2, command: "true"}\n  - {name: c, runs: auto, command: "true"}\n`);
  const {auto} = await profile(t, ['--config', config], store);
  t.deepEqual((await listRuns(store)).map(({workload}) => workload), ['b', 'b', 'a', 'c', 'a']);
  t.is(auto?.runs, 3);
});

test('a run without auto says nothing of it', async (t) => {
  const {auto, runs} = await profile(t, ['--', 'true']);
  t.is(auto, undefined);
  t.is(runs[0]?.driedUp, undefined);
});

test('a long run ends by itself once nothing new is found, is complete, and tells its silence live', async (t) => {
  const store = await temporaryStore(t);
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
  const {runs} = await profile(t, ['--duration=auto', '--until-risk=0.5', '--', '/bin/sh', '-c', 'cat /etc/passwd; sleep 0.3; cat /etc/group; sleep 600'], store);
  await following;
  t.is(runs.length, 1);
  t.like(runs[0], {complete: true, exitCode: null});
  const {driedUp} = runs[0] ?? {};
  t.true(driedUp !== undefined && driedUp.finds > 0 && driedUp.silentMs >= driedUp.neededMs);
  const told = events.flatMap((event) => (event.kind === 'progress' && event.dryingUp !== undefined ? [event.dryingUp.silentMs] : []));
  t.true(Math.max(...told) > 0);
});

test('a run whose container ends first is as complete, and has not dried up', async (t) => {
  const {runs} = await profile(t, ['--duration=auto', '--', 'true']);
  t.like(runs[0], {complete: true, exitCode: 0});
  t.is(runs[0]?.driedUp, undefined);
});

test('a test command on the host is ended with the run it belongs to', async (t) => {
  const marker = `${process.pid}${Date.now() % 1e6}`;
  const {runs} = await profile(t, ['--duration=500ms', '--test', `sleep 600.${marker}`, '--', 'sleep', '600']);
  t.true(runs[0]?.complete);
  t.false(await isRunning(`sleep 600.${marker}`));
});

test('a risk of nothing, and half a run, are refused', async (t) => {
  for (const [option, message] of [['--until-risk=0', /no number of runs shows that nothing is left/], ['--runs=1.5', /it takes a number from 1 to 10000/], ['--duration=sometimes', /is not a duration/]] as const) {
    const {code, err} = await winnow(['profile', busybox, option]);
    t.is(code, ExitCode.usage);
    t.regex(err, message);
  }
});
