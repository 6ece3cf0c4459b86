import test from 'ava';
import fc from 'fast-check';
import {hashOf, parseHash, type Place} from '../../../web/store/route.js';

const leadsTo = test.macro<[hash: string, place: Place]>({
  exec: (t, hash, place) => t.deepEqual(parseHash(hash).place, place),
  title: (_, hash, {view}) => `"${hash}" is the view ${view}`,
});
test(leadsTo, '', {view: 'runs'});
test(leadsTo, '#/', {view: 'runs'});
test(leadsTo, '#/runs?q=a/b', {view: 'runs'});
test(leadsTo, '#/runs/r-1', {view: 'run', id: 'r-1'});
test(leadsTo, '#/runs/r-1/graph?open=/usr', {view: 'graph', id: 'r-1'});
test(leadsTo, '#/live', {view: 'live'});
test(leadsTo, '#/images', {view: 'images'});
test(leadsTo, '#/images/sha256%3Aab', {view: 'image', id: 'sha256:ab'});
test(leadsTo, '#/images/%zz', {view: 'image', id: '%zz'});
test(leadsTo, '#/runs/r-1/graph/more', {view: 'unknown'});
test(leadsTo, '#/runs/r-1/other', {view: 'unknown'});
test(leadsTo, '#/live/x', {view: 'unknown'});

test('an address leads back to the place and parameters it was made of', (t) => {
  const id = fc.string({minLength: 1, unit: 'grapheme'});
  const place: fc.Arbitrary<Exclude<Place, {view: 'unknown'}>> = fc.oneof(
    fc.record({view: fc.constantFrom('runs' as const, 'live' as const, 'images' as const)}),
    fc.record({view: fc.constantFrom('run' as const, 'graph' as const, 'image' as const), id}),
  );
  fc.assert(
    fc.property(place, fc.string({unit: 'grapheme'}), (where, q) => {
      const route = parseHash(hashOf(where, {q}));
      t.deepEqual(route.place, where);
      t.is(route.parameters.get('q'), q);
    }),
  );
});
