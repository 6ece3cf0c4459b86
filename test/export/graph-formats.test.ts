import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {accessGraph, edgeKinds} from '../../src/export/access-graph.js';
import {dot, graphJson, graphMl} from '../../src/export/graph-formats.js';
import {fileRelations} from '../../src/plan/prefetch/file-relations.js';
import {accessEdges} from '../../src/store/access-edges.js';
import {writeRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {sampleRow, temporaryDirectory} from '../store/fixtures.js';
import {makeIndex, makeMetadata, makeTouches} from '../train/make.js';
import {textOf} from './byte-names.js';

/** Names that XML, DOT and JSON each have their trouble with. */
const names = ['/srv/a "quoted" \\N <b>&amp;', '/srv/caf\udce9%', '/srv/bell\u0007\nline', '/srv/ünïcode', '/srv/end\\'];
const shown = ['/srv/a "quoted" \\N <b>&amp;', '/srv/bell%07%0Aline', '/srv/caf%E9%25', '/srv/end\\', '/srv/ünïcode'];

async function sampleGraph(t: Parameters<typeof temporaryDirectory>[0]) {
  const store = await temporaryDirectory(t);
  for (const number of [1, 2]) {
    const rows = [
      ...names.map((name) => sampleRow({path: name, op: 'read', exe: '/bin/sh', count: 5})),
      sampleRow({path: names[0] ?? '', op: 'map', exe: '/bin/sh', pid: 12}),
      sampleRow({path: '/tmp/x', op: 'write', exe: '', origin: 'runtime', count: number}),
      sampleRow({path: '/absent', op: 'stat', ok: false, errno: 2, origin: 'absent'}),
    ];
    await writeRun(store, {metadata: makeMetadata({}, number), rows});
  }
  const index = makeIndex(Object.fromEntries(names.map((name) => [name, {package: 'shop'}])));
  const edges = await accessEdges(store, await listRuns(store));
  const profile = trainProfile(makeTouches([{touches: names}, {touches: names}]), index);
  const places = names.map((name) => profile.files.findIndex((file) => file.path === name));
  const relations = fileRelations([Uint32Array.from(places), Uint32Array.from(places.slice(0, 2))]);
  return {store, graph: accessGraph({runs: 2, accesses: edges, relations}, profile)};
}

test('programs and paths are nodes, and an edge sums up what one did to the other in all runs', async (t) => {
  const {graph} = await sampleGraph(t);
  t.deepEqual(graph.programs.map((program) => program.path), ['', '/bin/sh']);
  t.is(graph.files.length, names.length + 1);
  t.deepEqual(graph.edges[0], {kind: 'access', from: 'p0', to: 'f0', ops: ['write'], accesses: 3, runs: 2, weight: 1});
  const quoted = graph.files.find((file) => file.path === names[0]);
  t.like(quoted, {origin: 'image', package: 'shop', bytes: 100});
  t.true((quoted?.probability ?? 0) > 0.5);
  t.deepEqual(graph.edges.find(({to}) => to === quoted?.id), {kind: 'access', weight: 1, from: 'p1', to: quoted?.id ?? '', ops: ['read', 'map'], accesses: 16, runs: 2});
});

test('Graphviz reads the DOT file, names and all', async (t) => {
  const {graph} = await sampleGraph(t);
  const {stdout} = await execa('dot', ['-Tjson0'], {input: textOf(dot(graph))});
  const {objects, edges} = JSON.parse(stdout) as {objects: {kind: string; path: string; pathEncoded?: string; bytes?: string}[]; edges: {kind: string; strength: string}[]};
  const files = objects.filter(({kind}) => kind === 'file');
  t.deepEqual(files.map((file) => file.path.replaceAll('\\\\', '\\')).sort(), [...shown, '/tmp/x'].sort());
  t.is(files.filter(({pathEncoded}) => pathEncoded === 'true').length, 2);
  t.deepEqual(edges.map(({kind, strength}) => `${kind} ${Number(strength)}`).sort(), graph.edges.map(({kind, weight}) => `${kind} ${weight}`).sort());
  t.deepEqual(new Set(edges.map(({kind}) => kind)), new Set(edgeKinds));
  const {stdout: svg} = await execa('dot', ['-Tsvg'], {input: textOf(dot(graph))});
  t.true(svg.includes('/srv/ünïcode'));
});

const byText = (a: object, b: object): number => (JSON.stringify(Object.entries(a).sort()) < JSON.stringify(Object.entries(b).sort()) ? -1 : 1);

const readGraph = `
import json, sys, networkx
kind, file = sys.argv[1:]
graph = networkx.read_graphml(file) if kind == 'graphml' else networkx.node_link_graph(json.load(open(file)))
json.dump({'nodes': dict(graph.nodes(data=True)), 'edges': list(graph.edges(data=True))}, sys.stdout)
`;

for (const [kind, make] of [['graphml', graphMl], ['json', graphJson]] as const) {
  test(`networkx reads the ${kind} file: the same nodes and edges`, async (t) => {
    const {store, graph} = await sampleGraph(t);
    const file = path.join(store, 'graph');
    await writeFile(file, textOf(make(graph)));
    const {stdout} = await execa('/usr/bin/python3', ['-c', readGraph, kind, file]);
    const read = JSON.parse(stdout) as {nodes: Record<string, {kind: string; path: string; pathEncoded?: boolean; bytes?: number}>; edges: [string, string, {kind: string; ops?: string | string[]; weight: number; runs: number}][]};
    const files = Object.values(read.nodes).filter((node) => node.kind === 'file');
    t.deepEqual(files.map((node) => node.path).sort(), [...shown, '/tmp/x'].sort());
    t.is(files.filter(({pathEncoded}) => pathEncoded === true).length, 2);
    t.is(files.filter(({bytes}) => bytes === 100).length, names.length);
    t.deepEqual(
      read.edges.map(([from, to, {ops, ...edge}]) => ({from, to, ...edge, ...(ops === undefined ? {} : {ops: typeof ops === 'string' ? ops.split(' ') : ops})})).sort(byText),
      graph.edges.map((edge) => ({...edge})).sort(byText),
    );
  });
}

test('the picture of no run is an empty graph', async (t) => {
  const graph = accessGraph({runs: 0, accesses: await accessEdges('/nonexistent', []), relations: []}, trainProfile(makeTouches([]), makeIndex({})));
  t.deepEqual(graph, {programs: [], files: [], edges: []});
  const {stdout} = await execa('dot', ['-Tjson0'], {input: textOf(dot(graph))});
  t.falsy((JSON.parse(stdout) as {objects?: unknown}).objects);
});
