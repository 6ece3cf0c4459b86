import type {AccessRow, Operation} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {AccessGraph, GraphLink, GraphProgram} from '../model/web-api.js';
import {apiPath, pathKey, pathMatches} from './api-path.js';
import {graphRows, type GraphRow} from './graph-rows.js';
import {growPathTree, type PathNode} from './path-tree.js';

export interface GraphQuery {
  /** Ids of the directories to open; null lets the largest ones open by themselves. */
  readonly open: ReadonlySet<string> | null;
  /** Draws only what has this text in its path or program. */
  readonly q: string;
}

/** What one program did to one path. */
interface Use {
  readonly path: ContainerPath;
  accesses: number;
  op: Operation;
}

interface Program {
  readonly exe: ContainerPath;
  readonly pids: Set<number>;
  readonly uses: Map<ContainerPath, Use>;
}

const maxPrograms = 40;
const maxLinks = 1500;
const restId = 'rest';
/** What says more about why a program needs a path comes later. */
const telling: readonly Operation[] = ['lookup', 'stat', 'list', 'read', 'map', 'write', 'remove', 'exec'];

/** Programs → directories and files of one run, aggregated to a bounded picture. */
export function accessGraph(rows: readonly AccessRow[], {open, q}: GraphQuery): AccessGraph {
  const matching = rows.filter((row) => pathMatches(row.path, q) || pathMatches(row.exe, q));
  const all = collectPrograms(matching.filter((row) => row.ok));
  const programs = [...all.values()].sort((a, b) => b.uses.size - a.uses.size);
  const tree = growPathTree(programs.flatMap((program) => [...program.uses.keys()]));
  const side = graphRows(tree.root, open);

  const drawn = programs.slice(0, maxPrograms);
  const rest = programs.slice(maxPrograms);
  const groups = [...drawn.map((program) => ({id: pathKey(program.exe), exe: program.exe, members: [program]})), ...(rest.length === 0 ? [] : [{id: restId, exe: '', members: rest}])];
  const rowOf = rowFinder(side);
  const links = groups
    .flatMap(({id, members}) => linksOf(id, members, (path) => rowOf(tree.nodeOf.get(path))))
    .sort((a, b) => b.paths - a.paths);
  return {
    programs: groups.map(({id, exe, members}) => describe(id, exe, members)),
    nodes: side.map((row) => row.node),
    links: links.slice(0, maxLinks),
    leftOut: {
      programs: rest.length,
      paths: side.reduce((sum, {node}) => sum + (node.kind === 'rest' ? node.paths : 0), 0),
      links: Math.max(0, links.length - maxLinks),
      failedAccesses: matching.reduce((sum, row) => sum + (row.ok ? 0 : row.count), 0),
    },
  };
}

function collectPrograms(rows: readonly AccessRow[]): Map<ContainerPath, Program> {
  const programs = new Map<ContainerPath, Program>();
  for (const {exe, pid, path, op, count} of rows) {
    const program = programs.get(exe) ?? {exe, pids: new Set<number>(), uses: new Map<ContainerPath, Use>()};
    programs.set(exe, program);
    program.pids.add(pid);
    const use = program.uses.get(path) ?? {path, accesses: 0, op};
    program.uses.set(path, use);
    use.accesses += count;
    use.op = telling.indexOf(op) > telling.indexOf(use.op) ? op : use.op;
  }
  return programs;
}

/** The row that shows a node: its own, or that of the closest closed directory above. */
function rowFinder(rows: readonly GraphRow[]): (node: PathNode | undefined) => string | null {
  const idOf = new Map(rows.flatMap(({node, covers}) => covers.map((covered) => [covered, node.id] as const)));
  return (node) => {
    for (let above: PathNode | null = node ?? null; above !== null; above = above.parent) {
      const id = idOf.get(above);
      if (id !== undefined) {
        return id;
      }
    }
    return null;
  };
}

function linksOf(program: string, members: readonly Program[], rowOf: (path: ContainerPath) => string | null): GraphLink[] {
  const links = new Map<string, {paths: number; accesses: number; ops: Map<Operation, number>}>();
  for (const use of members.flatMap((member) => [...member.uses.values()])) {
    const node = rowOf(use.path);
    if (node !== null) {
      const link = links.get(node) ?? {paths: 0, accesses: 0, ops: new Map<Operation, number>()};
      links.set(node, link);
      link.paths += 1;
      link.accesses += use.accesses;
      link.ops.set(use.op, (link.ops.get(use.op) ?? 0) + 1);
    }
  }
  return [...links].map(([node, {paths, accesses, ops}]) => ({program, node, paths, accesses, op: mostFrequent(ops)}));
}

function mostFrequent(counts: ReadonlyMap<Operation, number>): Operation {
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

function describe(id: string, exe: ContainerPath, members: readonly Program[]): GraphProgram {
  return {
    ...apiPath(exe),
    id,
    processes: new Set(members.flatMap((member) => [...member.pids])).size,
    paths: new Set(members.flatMap((member) => [...member.uses.keys()])).size,
    accesses: members.reduce((sum, {uses}) => sum + [...uses.values()].reduce((part, use) => part + use.accesses, 0), 0),
  };
}
