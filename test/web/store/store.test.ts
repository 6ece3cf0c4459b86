import test from 'ava';
import {makeStore} from '../../../web/store/store.js';

test('a watcher hears the part at once and after each change of that part only', (t) => {
  const store = makeStore({a: 1, b: 1});
  const heard: number[] = [];
  store.watch(({a}) => a, (a) => heard.push(a), new AbortController().signal);
  store.set({b: 2});
  store.set({a: 2});
  store.set({a: 2});
  t.deepEqual(heard, [1, 2]);
});

test('a watcher that left hears nothing, not even when it leaves during a change', (t) => {
  const store = makeStore({a: 1});
  const leaving = new AbortController();
  const heard: number[] = [];
  store.watch(({a}) => a, (a) => a === 2 && leaving.abort(), new AbortController().signal);
  store.watch(({a}) => a, (a) => heard.push(a), leaving.signal);
  store.set({a: 2});
  store.set({a: 3});
  t.deepEqual(heard, [1]);
});
