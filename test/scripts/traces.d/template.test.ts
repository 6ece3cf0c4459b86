import test from 'ava';
import {fillIn} from '../../../scripts/traces.d/template.js';

const always = (value: number) => () => value;

test('a choice becomes one of its alternatives, an empty one too', (t) => {
  t.is(fillIn('get @{a|b|} end', always(0)), 'get a end');
  t.is(fillIn('get @{a|b|} end', always(0.5)), 'get b end');
  t.is(fillIn('get @{a|b|} end', always(0.99)), 'get  end');
});

test('a range becomes a number of it, both ends among them', (t) => {
  t.is(fillIn('@{3..5}', always(0)), '3');
  t.is(fillIn('@{3..5}', always(0.999)), '5');
});

test('choices within choices are made, and other braces stay', (t) => {
  t.is(fillIn("awk '{print}' @{x @{1|2}|y}", always(0)), "awk '{print}' x 1");
  t.is(fillIn('@{{s += 1} END {a|b}|c}', always(0)), '{s += 1} END {a|b}');
});

test('a choice that does not end is an error', (t) => {
  t.throws(() => fillIn('@{a|b', always(0)), {message: /does not end/});
});
