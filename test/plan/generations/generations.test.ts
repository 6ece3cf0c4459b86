import test from 'ava';
import fc from 'fast-check';
import type {CostModel} from '../../../src/model/cost-model.js';
import {breakEven} from '../../../src/plan/file-cost.js';
import {Generations} from '../../../src/plan/generations/generations.js';

const cost: CostModel = {provisionBytesPerSecond: 1e6, fetchBytesPerSecond: 1e6, missMs: 10, runsPerPull: 1};
const policy = {halfLifeRuns: 5, hysteresis: 2, oldAfterRuns: 8};
/** 5 ms to keep and 15 ms to miss. */
const bytes = 5000;

/** What one file is after each of these runs. */
function follow(runs: readonly boolean[], hysteresis = policy.hysteresis): string {
  const state = new Generations([bytes], cost, {...policy, hysteresis});
  return runs.map((isNeeded) => {
    state.add(new Set(isNeeded ? [0] : []));
    return state.generations[0]?.slice(0, 1) ?? '';
  }).join('');
}

const times = (count: number, isNeeded: boolean): boolean[] => Array.from({length: count}, () => isNeeded);

test('a file that runs need is kept, then young, and old after as many runs as the policy says', (t) => {
  t.regex(follow([...times(6, true), ...times(30, false)]), /^k{6,}y{8}o+$/);
});

test('an old file that a run needs again is young, or kept where it is worth it', (t) => {
  t.regex(follow([...times(12, false), true, true, true]), /^y{7}o{5}[yk]*k$/);
  t.regex(follow([...times(60, false), true]), /^y{7}o+y$/);
});

test('hysteresis keeps what chance would move to and fro', (t) => {
  const sometimes = Array.from({length: 60}, (_, run) => run % 3 === 0);
  const changes = (text: string): number => [...text].filter((own, at) => at > 0 && own !== text[at - 1]).length;
  t.true(changes(follow(sometimes, 1)) > 4);
  t.true(changes(follow(sometimes, 2)) <= 1);
});

test('a run with loss proves use, and no disuse', (t) => {
  const state = new Generations([bytes, bytes], cost, policy);
  times(10, true).forEach(() => state.add(new Set([0])));
  const before = state.probability(0);
  times(40, true).forEach(() => state.add(new Set(), false));
  t.is(state.probability(0), before);
  t.deepEqual(state.generations, ['kept', 'old']);
  state.add(new Set([1]), false);
  t.is(state.generations[1], 'young');
});

test('moves say what changed, and probabilities stay within 0 and 1 and rise with sightings', (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), {maxLength: 60}), (runs) => {
    const [seen, more] = [new Generations([bytes, 0, 1e7], cost, policy), new Generations([bytes], cost, policy)];
    const shown: string[] = ['young', 'young', 'young'];
    for (const [first, second, isTrial] of runs) {
      const moves = seen.add(new Set([...(first ? [0] : []), ...(second ? [1, 2] : [])]), isTrial);
      moves.toKept.forEach((file) => (shown[file] = 'kept'));
      moves.toYoung.forEach((file) => (shown[file] = 'young'));
      moves.toOld.forEach((file) => (shown[file] = 'old'));
      more.add(new Set([0]), isTrial);
      t.deepEqual(seen.generations, shown);
      t.true(seen.probability(0) >= 0 && seen.probability(0) <= more.probability(0) && more.probability(0) <= 1);
      if (shown[2] === 'kept') {
        t.true(seen.probability(2) * policy.hysteresis > breakEven(cost, 1e7));
      }
    }
  }), {numRuns: 60});
});
