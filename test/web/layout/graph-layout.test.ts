import test from 'ava';
import fc from 'fast-check';
import type {AccessGraph} from '../../../src/model/web-api.js';
import {accessGraph} from '../../../src/server/access-graph.js';
import {layoutGraph, nodeHeight, programHeight} from '../../../web/layout/graph-layout.js';
import {highlightOf} from '../../../web/layout/highlight.js';
import {sampleRow} from '../../server/sample-store.js';

const graphOf = (uses: readonly (readonly [exe: string, path: string])[], open: readonly string[] = []): AccessGraph =>
  accessGraph(uses.map(([exe, path]) => sampleRow(0, {exe, path})), {open: new Set(open), q: ''});

test('a program stands level with what it touches', (t) => {
  const {programs, nodes} = layoutGraph(graphOf([['/bin/b', '/1'], ['/bin/a', '/9'], ['/bin/b', '/2'], ['/bin/a', '/8']]), 1000);
  t.deepEqual(programs.map(({id}) => id), ['/bin/b', '/bin/a']);
  t.deepEqual(nodes.map(({top}) => top / nodeHeight), [0, 1, 2, 3]);
});

test('a link is wider the more paths it stands for, within bounds', (t) => {
  const many = Array.from({length: 900}, (_, at) => ['/bin/a', `/many/${at}`] as const);
  const {links} = layoutGraph(graphOf([...many, ['/bin/a', '/few/1'], ['/bin/a', '/few/2'], ['/bin/a', '/one']]), 1000);
  const widthTo = (node: string): number => links.find((link) => link.node === node)?.width ?? 0;
  t.true(widthTo('/one') < widthTo('/few') && widthTo('/few') < widthTo('/many'));
  t.is(widthTo('/many'), 12);
});

test('an empty graph has no height', (t) => {
  t.is(layoutGraph(graphOf([]), 800).nodes.length, 0);
});

test('programs never overlap and nothing leaves the picture, at any width', (t) => {
  const use = fc.tuple(fc.constantFrom('/bin/a', '/bin/b', '/bin/c', '/bin/d', '/bin/e', ''), fc.constantFrom('/x', '/usr/a', '/usr/b', '/usr/lib/c', '/etc/d'));
  fc.assert(
    fc.property(fc.array(use, {minLength: 1, maxLength: 40}), fc.integer({min: 320, max: 2000}), (uses, width) => {
      const {programs, nodes, links, height} = layoutGraph(graphOf(uses, ['/usr']), width);
      t.true(programs.every(({top}, at) => top >= 0 && top + programHeight <= height && (at === 0 || top >= (programs[at - 1]?.top ?? 0) + programHeight)));
      t.true(nodes.every(({top, left}) => top + nodeHeight <= height && left < width));
      t.true(links.every(({from, to}) => from[0] < to[0]));
    }),
  );
});

test('pointing at a directory lights all that is below it', (t) => {
  const graph = graphOf([['/bin/a', '/usr/x'], ['/bin/b', '/usr/y'], ['/bin/c', '/zzz']], ['/usr']);
  const {programs, nodes} = highlightOf(graph, 'node', '/usr');
  t.deepEqual([...programs].sort(), ['/bin/a', '/bin/b']);
  t.deepEqual([...nodes].sort(), ['/usr', '/usr/x', '/usr/y']);
  t.deepEqual([...highlightOf(graph, 'program', '/bin/c').nodes], ['/zzz']);
});
