import test from 'ava';
import fc from 'fast-check';
import type {AccessRow} from '../../src/model/access.js';
import {accessGraph} from '../../src/server/access-graph.js';
import {sampleRow} from './sample-store.js';

const row = (exe: string, path: string, change: Partial<AccessRow> = {}): AccessRow => sampleRow(0, {exe, path, ...change});
const closed = {open: new Set<string>(), q: ''};
const many = (count: number, make: (index: number) => AccessRow): AccessRow[] => Array.from({length: count}, (_, index) => make(index));

test('a closed directory stands for all paths below it', (t) => {
  const graph = accessGraph([row('/bin/a', '/usr/lib/x'), row('/bin/a', '/usr/bin/y'), row('/bin/b', '/usr/lib/x')], closed);
  t.deepEqual(graph.nodes.map(({id, kind, open, paths}) => ({id, kind, open, paths})), [{id: '/usr', kind: 'directory', open: false, paths: 2}]);
  t.deepEqual(graph.links.map(({program, node, paths}) => ({program, node, paths})), [
    {program: '/bin/a', node: '/usr', paths: 2},
    {program: '/bin/b', node: '/usr', paths: 1},
  ]);
});

test('an open directory shows its children below it, directories first', (t) => {
  const rows = [row('/bin/a', '/usr/z'), row('/bin/a', '/usr/lib/x'), row('/bin/a', '/usr/lib/y'), row('/bin/a', '/etc/b')];
  const {nodes} = accessGraph(rows, {open: new Set(['/usr']), q: ''});
  t.deepEqual(nodes.map(({label, depth, kind}) => [label, depth, kind]), [
    ['/usr', 0, 'directory'],
    ['lib', 1, 'directory'],
    ['z', 1, 'file'],
    ['/etc/b', 0, 'file'],
  ]);
});

test('directories that lead to one thing only share its row', (t) => {
  const {nodes} = accessGraph([row('/bin/a', '/usr/share/zoneinfo/UTC'), row('/bin/a', '/usr/share/zoneinfo/CET')], closed);
  t.deepEqual(nodes.map(({label}) => label), ['/usr/share/zoneinfo']);
});

test('the largest directories open by themselves while all fits a screen', (t) => {
  const rows = [...many(10, (at) => row('/bin/a', `/usr/lib/${at}`)), ...many(9, (at) => row('/bin/a', `/etc/${at}`)), ...many(200, (at) => row('/bin/a', `/var/cache/${at}`))];
  const {nodes} = accessGraph(rows, {open: null, q: ''});
  t.deepEqual(nodes.filter((node) => node.open).map(({id}) => id), ['/var/cache']);
  t.is(nodes.length, 24);
});

test('processes of one program are one program', (t) => {
  const [program] = accessGraph([row('/bin/a', '/x', {pid: 1}), row('/bin/a', '/y', {pid: 2, count: 5})], closed).programs;
  t.like(program, {id: '/bin/a', processes: 2, paths: 2, accesses: 6});
});

test('a link names the most telling operation of most of its paths', (t) => {
  const rows = [row('/bin/a', '/u/1', {op: 'stat'}), row('/bin/a', '/u/1', {op: 'map'}), row('/bin/a', '/u/2', {op: 'map'}), row('/bin/a', '/u/3', {op: 'exec'})];
  t.is(accessGraph(rows, closed).links[0]?.op, 'map');
});

test('failed accesses are counted and not drawn', (t) => {
  const graph = accessGraph([row('/bin/a', '/x'), row('/bin/a', '/gone', {ok: false, errno: 2, count: 7})], closed);
  t.deepEqual(graph.nodes.map(({id}) => id), ['/x']);
  t.is(graph.leftOut.failedAccesses, 7);
});

test('a search keeps what matches by path or program', (t) => {
  const rows = [row('/bin/perl', '/x'), row('/bin/sh', '/usr/lib/perl5/strict.pm'), row('/bin/sh', '/etc/passwd')];
  t.deepEqual(accessGraph(rows, {open: null, q: 'PERL'}).links.map(({node}) => node).sort(), ['/usr/lib/perl5/strict.pm', '/x']);
});

test('what exceeds the bounds is summed up and told', (t) => {
  const rows = [...many(500, (at) => row('/bin/a', `/data/file-${at}`)), ...many(60, (at) => row(`/bin/tool-${at}`, '/data/file-0'))];
  const graph = accessGraph(rows, {open: new Set(['/data']), q: ''});
  t.is(graph.programs.length, 41);
  t.is(graph.programs.at(-1)?.id, 'rest');
  t.is(graph.leftOut.programs, 21);
  t.is(graph.nodes.length, 22);
  t.like(graph.nodes.at(-1), {label: '480 more', kind: 'rest', open: false, paths: 480});
  t.is(graph.leftOut.paths, 480);
  const more = accessGraph(rows, {open: new Set(['/data', 'rest:/data']), q: ''});
  t.is(more.nodes.length, 202);
  t.like(more.nodes.at(-1), {label: '300 more', open: true});
});

test('a rest that is shown whole can be put away again', (t) => {
  const {nodes} = accessGraph(many(30, (at) => row('/bin/a', `/data/${at}`)), {open: new Set(['/data', 'rest:/data']), q: ''});
  t.is(nodes.length, 32);
  t.like(nodes.at(-1), {id: 'rest:/data', label: 'show fewer', open: true, paths: 0});
});

test('a run without successful accesses is an empty picture', (t) => {
  t.deepEqual(accessGraph([], {open: null, q: ''}), {programs: [], nodes: [], links: [], leftOut: {programs: 0, paths: 0, links: 0, failedAccesses: 0}});
});

test('whatever is open, every path of every program is in exactly one link, and the picture stays bounded', (t) => {
  const name = fc.constantFrom('a', 'b', 'c', 'usr', 'x\ny', '\udcff');
  const path = fc.array(name, {maxLength: 5}).map((parts) => `/${parts.join('/')}`);
  const access = fc.record({exe: fc.constantFrom('/bin/a', '/bin/b', ''), path});
  fc.assert(
    fc.property(fc.array(access, {maxLength: 60}), fc.array(path, {maxLength: 6}), fc.boolean(), (accesses, open, unasked) => {
      const graph = accessGraph(accesses.map(({exe, path: file}) => row(exe, file)), {open: unasked ? null : new Set(open), q: ''});
      const ids = graph.nodes.map(({id}) => id);
      t.is(new Set(ids).size, ids.length);
      t.true(ids.length <= 420);
      t.true(graph.links.every(({node}) => ids.includes(node)));
      t.is(graph.links.reduce((sum, link) => sum + link.paths, 0), new Set(accesses.map((each) => `${each.exe}\0${each.path}`)).size);
    }),
  );
});
