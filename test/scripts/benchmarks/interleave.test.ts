import test from 'ava';
import {interleave, median, seededRandom} from '../../../scripts/benchmarks/interleave.js';

test('ratios are taken within a round, so drift of the machine cancels', async (t) => {
  let speed = 1;
  const cost = (factor: number) => () => Promise.resolve(factor * speed);
  const order: string[] = [];
  const ratios = await interleave(
    [{name: 'bare', run: cost(1)}, {name: 'slow', run: cost(3)}],
    {rounds: 4, random: seededRandom(1), onRun: (round, name) => {
      order.push(name);
      speed = 10 ** round;
    }},
  );
  t.deepEqual(ratios, [
    {name: 'bare', median: 1, min: 1, max: 1, ratios: [1, 1, 1, 1]},
    {name: 'slow', median: 3, min: 3, max: 3, ratios: [3, 3, 3, 3]},
  ]);
  t.is(order.length, 8);
});

test('the order differs between rounds and repeats with the seed', async (t) => {
  const orderOf = async (seed: number): Promise<string> => {
    const order: string[] = [];
    const run = (): Promise<number> => Promise.resolve(1);
    await interleave([{name: 'a', run}, {name: 'b', run}, {name: 'c', run}], {rounds: 6, random: seededRandom(seed), onRun: (_, name) => order.push(name)});
    return order.join('');
  };
  const first = await orderOf(7);
  t.is(await orderOf(7), first);
  t.not(await orderOf(8), first);
  t.true(new Set(first.match(/.{3}/g)).size > 1);
});

test('a median is a middle value or the mean of two', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 3, 2]), 2.5);
  t.is(median([5]), 5);
  t.is(median([]), Number.NaN);
});
