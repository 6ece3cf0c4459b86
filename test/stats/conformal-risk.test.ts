import test from 'ava';
import fc from 'fast-check';
import {conformalLevel} from '../../src/stats/conformal-risk.js';
import {makeRandom} from './random.js';

test('too few runs promise nothing', (t) => {
  t.is(conformalLevel([], 0.5), null);
  t.is(conformalLevel(new Array<number>(18).fill(0), 0.05), null);
  t.is(conformalLevel(new Array<number>(19).fill(0), 0.05), 0);
});

test('runs that fail at every level use up the allowance', (t) => {
  t.is(conformalLevel([Infinity, 1, 2, 3, 4, 5, 6, 7, 8], 0.2), 8);
  t.is(conformalLevel([Infinity, Infinity, 2, 3, 4, 5, 6, 7, 8], 0.2), null);
});

test('a limit of 1 allows anything', (t) => {
  t.is(conformalLevel([1, 2, 3], 1), -Infinity);
});

test('at the level no more runs fail than allowed, and below it more do', (t) => {
  fc.assert(fc.property(fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 1, maxLength: 40}), fc.double({min: 0, max: 1, noNaN: true}), (levels, alpha) => {
    const level = conformalLevel(levels, alpha);
    const boundAt = (x: number): number => (levels.filter((own) => own > x).length + 1) / (levels.length + 1);
    if (level === null) {
      t.true(boundAt(Infinity) > alpha);
    } else {
      t.true(boundAt(level) <= alpha + 1e-9);
      t.true(level === -Infinity || boundAt(level - 1e-12 - Math.abs(level) * 1e-12) > alpha - 1e-9 || levels.includes(level));
    }
    t.is(conformalLevel(levels.toReversed(), alpha), level);
  }));
});

test('a higher limit never asks for a higher level', (t) => {
  const levels = [0.1, 0.5, 0.2, 0.9, 0.4, 0.4, 0.7];
  const asked = [0.1, 0.2, 0.3, 0.5, 0.9, 1].map((alpha) => conformalLevel(levels, alpha) ?? Infinity);
  t.deepEqual(asked, asked.toSorted((a, b) => b - a));
});

test('runs drawn alike fail as seldom as was promised', (t) => {
  const random = makeRandom(7);
  for (const alpha of [0.05, 0.1, 0.3]) {
    let failing = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round += 1) {
      const level = conformalLevel(Array.from({length: 40}, random), alpha) ?? Infinity;
      failing += random() > level ? 1 : 0;
    }
    t.true(failing / rounds <= alpha + 0.015, `${failing / rounds} of ${alpha}`);
    t.true(failing / rounds >= alpha - 0.04, `${failing / rounds} of ${alpha}`);
  }
});
