import test, {type ExecutionContext} from 'ava';
import {silenceNeeded} from '../../src/stats/discovery-pace.js';
import {makeRandom} from './random.js';

test('before the first find no silence is enough', (t) => {
  t.is(silenceNeeded(0, 0, 0.05), Number.POSITIVE_INFINITY);
});

test('the silence is that of which a faster pace would have a chance of α / (k (k + 1))', (t) => {
  for (const [finds, slices, share] of [[1, 1, 0.05], [4, 10, 0.05], [50, 600, 0.2]] as const) {
    const silence = silenceNeeded(finds, slices, share);
    const chance = (share * finds) / slices;
    const bound = 0.05 / (finds * (finds + 1));
    t.true((1 - chance) ** silence <= bound);
    t.true((1 - chance) ** (silence - 1) > bound);
  }
});

test('at the whole of the pace so far, where every slice had news, one silent slice shows that it is over', (t) => {
  t.is(silenceNeeded(5, 5, 1), 1);
});

test('slower discovery, and a smaller share, ask for longer silence', (t) => {
  const waits = [silenceNeeded(10, 10, 0.1), silenceNeeded(10, 100, 0.1), silenceNeeded(10, 100, 0.01)];
  t.deepEqual(waits, waits.toSorted((a, b) => a - b));
  t.is(new Set(waits).size, 3);
});

/** A rule of silence: how many slices without news end a run, after so many finds in so many slices. */
type Rule = (finds: number, slices: number) => number;

/** Chances of each file in a slice. */
const worlds: Readonly<Record<string, readonly number[]>> = {
  'one common and one rare file': [0.5, 0.005],
  'many files, each rare': Array.from({length: 40}, () => 0.002),
  'a long tail': Array.from({length: 300}, (_, file) => 0.3 / (file + 1) ** 1.1),
  'a start-up and a slow tail': [...Array.from({length: 30}, () => 0.6), ...Array.from({length: 30}, () => 0.0008)],
};

/** Share of simulated runs at whose end news comes at less than `share` of the pace it had. */
function shareThatHeld(chances: readonly number[], share: number, rule: Rule, random: () => number): number {
  const trials = 400;
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    held += hasSlowedDown(chances, share, rule, random) ? 1 : 0;
  }
  return held / trials;
}

/** One run, from find to find rather than slice by slice: a file's first need comes after a geometric number of slices. */
function hasSlowedDown(chances: readonly number[], share: number, rule: Rule, random: () => number): boolean {
  const firsts = chances
    .map((chance) => ({chance, slice: Math.floor(Math.log(1 - random()) / Math.log1p(-chance))}))
    .sort((a, b) => a.slice - b.slice);
  const origin = (firsts[0]?.slice ?? 0) - 1;
  let finds = 0;
  let last = 0;
  for (const [index, {slice}] of firsts.entries()) {
    const now = slice - origin;
    if (finds > 0 && now - last > rule(finds, last)) {
      const chance = 1 - firsts.slice(index).reduce((none, unseen) => none * (1 - unseen.chance), 1);
      return chance <= (share * finds) / last;
    }
    finds += now > last ? 1 : 0;
    last = now;
  }
  return true;
}

const keepsItsWord = test.macro({
  title: (_, name: string) => `a run that ends by the rule has slowed down as promised in at least 95 % of simulations: ${name}`,
  exec(t: ExecutionContext, name: string) {
    for (const share of [0.05, 0.2]) {
      const held = shareThatHeld(worlds[name] ?? [], share, (finds, slices) => silenceNeeded(finds, slices, share), makeRandom(7));
      t.true(held >= 0.95, `${held} at ${share}`);
    }
  },
});

for (const name of Object.keys(worlds)) {
  test(keepsItsWord, name);
}

test('silence of a fixed length, or as long as all that went before, breaks that promise', (t) => {
  const worst = (rule: Rule): number => Math.min(...Object.values(worlds).map((chances) => shareThatHeld(chances, 0.05, rule, makeRandom(7))));
  t.true(worst(() => 50) < 0.8);
  t.true(worst((_, slices) => slices) < 0.8);
});
