import test from 'ava';
import {replayRun} from '../../../src/plan/prefetch/replay-run.js';

const bytesOf = (file: number): number => (file + 1) * 10;

test('without prefetching each content that is not there is a round trip', (t) => {
  t.deepEqual(replayRun(Uint32Array.of(0, 1, 2), (file) => file === 1, bytesOf, () => []), {misses: 2, missedBytes: 40, savedTrips: 0, wastedFiles: 0, wastedBytes: 0});
});

test('what comes beside a miss saves a trip where it is needed later, and is wasted where it is not', (t) => {
  const served = replayRun(Uint32Array.of(0, 1, 2), () => false, bytesOf, (missed) => (missed === 0 ? [2, 5] : []));
  t.deepEqual(served, {misses: 2, missedBytes: 30, savedTrips: 1, wastedFiles: 1, wastedBytes: 60});
});

test('fetching again what was served counts for nothing', (t) => {
  t.deepEqual(replayRun(Uint32Array.of(0, 1), () => false, bytesOf, () => [0, 1]), {misses: 1, missedBytes: 10, savedTrips: 1, wastedFiles: 0, wastedBytes: 0});
});
