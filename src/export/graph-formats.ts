import type {ContainerPath} from '../model/container-path.js';
import type {AccessGraph, GraphEdge, GraphFile, GraphProgram} from './access-graph.js';
import {type Exported, jsonDocument} from './exported.js';
import {printablePath} from './path-text.js';

type Value = string | number | boolean;

/** Name, type in GraphML, and to which of its elements it belongs. */
const attributes = [
  ['kind', 'string', 'all'],
  ['path', 'string', 'node'],
  ['pathEncoded', 'boolean', 'node'],
  ['origin', 'string', 'node'],
  ['bytes', 'long', 'node'],
  ['package', 'string', 'node'],
  ['probability', 'double', 'node'],
  ['ops', 'string', 'edge'],
  ['accesses', 'long', 'edge'],
  ['runs', 'int', 'edge'],
  ['weight', 'double', 'edge'],
  ['lift', 'double', 'edge'],
] as const;

/** GraphML 1.0, as Gephi, yEd and networkx read it. */
export function graphMl({programs, files, edges}: AccessGraph): Exported {
  function* pieces(): Generator<string> {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
    for (const [name, type, element] of attributes) {
      yield ` <key id="${name}" for="${element}" attr.name="${name}" attr.type="${type}"/>\n`;
    }
    yield ' <graph id="accesses" edgedefault="directed">\n';
    for (const {id, ...node} of nodesOf(programs, files)) {
      yield `  <node id="${id}">${xmlData(node)}</node>\n`;
    }
    for (const {from, to, ...edge} of edges) {
      yield `  <edge source="${from}" target="${to}">${xmlData(edgeValues(edge))}</edge>\n`;
    }
    yield ' </graph>\n</graphml>\n';
  }
  return {pieces: pieces(), leftOut: []};
}

/** Graphviz: programs are boxes on the left, files stand on the right; what files have to do with one another is dashed or dotted and moves nobody. */
export function dot({programs, files, edges}: AccessGraph): Exported {
  function* pieces(): Generator<string> {
    yield 'digraph accesses {\n rankdir=LR;\n node [shape=plaintext];\n';
    for (const {id, ...node} of nodesOf(programs, files)) {
      yield ` ${id} [label=${dotText(String(node.path))}${node.kind === 'program' ? ', shape=box' : ''}${dotValues(node)}];\n`;
    }
    for (const {from, to, ...edge} of edges) {
      yield ` ${from} -> ${to} [${dotStyle(edge)}${dotValues(dotEdge(edge))}];\n`;
    }
    yield '}\n';
  }
  return {pieces: pieces(), leftOut: []};
}

/** Nodes and links as d3 and networkx (`node_link_graph`) take them. */
export function graphJson({programs, files, edges}: AccessGraph): Exported {
  return jsonDocument({
    directed: true,
    multigraph: true,
    graph: {},
    nodes: nodesOf(programs, files),
    links: edges.map(({from: source, to: target, ...edge}) => ({source, target, ...edge})),
  });
}

/** What is not known has no member. */
function nodesOf(programs: readonly GraphProgram[], files: readonly GraphFile[]): ({readonly id: string} & Record<string, Value>)[] {
  return [
    ...programs.map(({id, path}) => ({id, kind: 'program', ...pathValues(path)})),
    ...files.map(({id, path, ...rest}) => ({
      id, kind: 'file', ...pathValues(path), ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)) as Record<string, Value>),
    })),
  ];
}

function pathValues(path: ContainerPath): {readonly path: string; readonly pathEncoded?: true} {
  const {text, encoded} = printablePath(path);
  return encoded ? {path: text, pathEncoded: true} : {path: text};
}

/** Whatever the kind has. */
type EdgeData = {readonly kind: GraphEdge['kind']; readonly ops?: readonly string[]} & Record<string, Value | readonly string[]>;

function edgeValues({ops, ...edge}: EdgeData): Record<string, Value> {
  return {...(ops === undefined ? {} : {ops: ops.join(' ')}), ...(edge as Record<string, Value>)};
}

/** Graphviz takes `weight` for how short an edge is to be, in whole numbers, so it bears another name. */
function dotEdge(edge: EdgeData): Record<string, Value> {
  const {weight = 0, ...values} = edgeValues(edge);
  return {...values, strength: weight};
}

function dotStyle({kind, ops = []}: EdgeData): string {
  switch (kind) {
    case 'access':
      return `label=${dotText(ops.join(' '))}`;
    case 'co-access':
      return 'style=dashed, dir=none, constraint=false';
    case 'successor':
      return 'style=dotted, constraint=false';
  }
}

const xmlData = (values: Readonly<Record<string, Value>>): string => Object.entries(values).map(([key, value]) => `<data key="${key}">${xmlText(String(value))}</data>`).join('');

const xmlText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const dotValues = (values: Readonly<Record<string, Value>>): string => Object.entries(values).map(([key, value]) => `, ${key}=${dotText(String(value))}`).join('');

/** In a quoted text Graphviz knows the escape \" only, and its labels more: there "\\" is a backslash. */
const dotText = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
