import test from 'ava';
import {nearest} from '../../../src/cli/config/nearest.js';

const keys = ['name', 'runs', 'command', 'env', 'mounts', 'steps', 'services'];

test('a letter too many, too few, wrong or swapped is seen through', (t) => {
  t.deepEqual(['runss', 'run', 'rums', 'rnus', 'comand', 'stpes', 'service'].map((word) => nearest(word, keys)), ['runs', 'runs', 'runs', 'runs', 'command', 'steps', 'services']);
});

test('another word is no typing error', (t) => {
  t.is(nearest('thresholds', keys), null);
  t.is(nearest('x', []), null);
});
