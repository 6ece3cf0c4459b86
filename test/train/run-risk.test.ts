import test, {type ExecutionContext} from 'ava';
import {RunRisk, runsPerLook} from '../../src/train/run-risk.js';
import {makeRandom} from '../stats/random.js';

test('without runs nothing is known', (t) => {
  t.deepEqual(new RunRisk([]).estimate, {estimate: 1, upper95: 1});
});

test('runs that repeat one another count each, so their bound is the rule of three', (t) => {
  const risk = new RunRisk([]);
  for (let run = 0; run < 60; run += 1) {
    risk.add(['/bin/sh', '/etc/passwd']);
  }
  const {estimate, upper95} = risk.estimate;
  t.is(estimate, 0);
  t.true(Math.abs(upper95 - (1 - 0.05 ** (1 / 60))) < 1e-12);
});

test('files known before, or from a run that is no trial, are no news', (t) => {
  const risk = new RunRisk(['/known']);
  risk.add(['/known', '/a']);
  risk.add(['/a']);
  risk.add(['/a', '/b']);
  t.is(risk.estimate.estimate, 1 / 3);
  risk.learn(['/b']);
  t.is(risk.estimate.estimate, 0);
  t.is(risk.runs, 3);
});

/** Chances of each file in a run; each world's risk starts above the targets. */
const worlds: Readonly<Record<string, readonly number[]>> = {
  'one file a little rarer than the target': [1, 0.051],
  'a few such files': [1, 0.03, 0.03],
  'many rare files': Array.from({length: 60}, () => 0.006),
  'a long tail': Array.from({length: 60}, (_, file) => 0.5 / (file + 1) ** 1.2),
};

/** A rule that looks at the runs so far and says whether they are enough. */
type Rule = (risk: RunRisk, target: number, cleanInARow: number) => boolean;

const byBound: Rule = (risk, target) => risk.runs % runsPerLook === 0 && risk.estimate.upper95 <= target;

/** Share of simulated profiles that do not end while the true risk is above the target. */
function shareThatHeld(chances: readonly number[], target: number, isEnough: Rule): number {
  const random = makeRandom(23);
  const trials = 400;
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    held += endsTooEarly(chances, target, isEnough, random) ? 0 : 1;
  }
  return held / trials;
}

/** One profile, until it ends or its risk is under the target: that only falls, so no later end would be too early. */
function endsTooEarly(chances: readonly number[], target: number, isEnough: Rule, random: () => number): boolean {
  const risk = new RunRisk([]);
  const unseen = new Set(chances.keys());
  const trueRisk = (): number => 1 - [...unseen].reduce((none, file) => none * (1 - (chances[file] ?? 0)), 1);
  for (let cleanInARow = 0; trueRisk() > target; ) {
    const needed = [...chances.keys()].filter((file) => random() < (chances[file] ?? 0));
    cleanInARow = needed.some((file) => unseen.has(file)) ? 0 : cleanInARow + 1;
    needed.forEach((file) => unseen.delete(file));
    risk.add(needed.map((file) => `/${file}`));
    if (isEnough(risk, target, cleanInARow)) {
      return trueRisk() > target;
    }
  }
  return false;
}

const keepsItsWord = test.macro({
  title: (_, name: string) => `looking at the bound every ${runsPerLook} runs, what it promises at the end is true in at least 95 % of simulations: ${name}`,
  exec(t: ExecutionContext, name: string) {
    for (const target of [0.05, 0.2]) {
      const held = shareThatHeld(worlds[name] ?? [], target, byBound);
      t.true(held >= 0.95, `${held} at ${target}`);
    }
  },
});

for (const name of Object.keys(worlds)) {
  test(keepsItsWord, name);
}

test('ten runs in a row without news break that promise', (t) => {
  const worst = Math.min(...Object.values(worlds).map((chances) => shareThatHeld(chances, 0.05, (_risk, _target, cleanInARow) => cleanInARow >= 10)));
  t.true(worst < 0.8, `${worst}`);
});
