import test from 'ava';
import {Discovery, hasDriedUp} from '../../src/capture/drying-up.js';

test('before the first find there is nothing to dry up', (t) => {
  t.is(new Discovery(0.05).at(60_000), null);
  t.false(hasDriedUp(null));
});

test('files found in one slice are one find, and time counts from it', (t) => {
  const discovery = new Discovery(0.05);
  [5010, 5020, 5099].forEach((ms) => discovery.find(ms));
  t.deepEqual(discovery.at(5099), {finds: 1, foundWithinMs: 100, silentMs: 0, neededMs: 7200});
  t.deepEqual(discovery.at(6150), {finds: 1, foundWithinMs: 100, silentMs: 1000, neededMs: 7200});
});

test('a find ends the silence, and asks for a longer one', (t) => {
  const discovery = new Discovery(0.05);
  discovery.find(0);
  discovery.find(1900);
  t.deepEqual(discovery.at(1900), {finds: 2, foundWithinMs: 2000, silentMs: 0, neededMs: 95_600});
  discovery.find(1850); // of another CPU, told late
  t.is(discovery.at(1900)?.finds, 2);
});

test('it has dried up once the silence is as long as it must be', (t) => {
  const discovery = new Discovery(0.5);
  discovery.find(0);
  const neededMs = discovery.at(0)?.neededMs ?? 0;
  t.false(hasDriedUp(discovery.at(neededMs)));
  t.true(hasDriedUp(discovery.at(neededMs + 100)));
});
