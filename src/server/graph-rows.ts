import {pathToText} from '../model/container-path.js';
import type {GraphNode} from '../model/web-api.js';
import {apiPath, pathKey} from './api-path.js';
import {type PathNode, skipLonely} from './path-tree.js';

/** One row of the picture's file side with the part of the tree it stands for. */
export interface GraphRow {
  readonly node: GraphNode;
  readonly covers: readonly PathNode[];
}

/** Which directories are open, and which of them show more than their largest children. */
interface Opening {
  readonly isOpen: (node: PathNode) => boolean;
  readonly maxChildren: (node: PathNode) => number;
}

/** Bounds that keep a picture readable and the page light. */
const maxRows = 400;
const maxChildren = 20;
const maxChildrenAsked = 200;
/** Directories are opened unasked only while everything fits about one screen. */
const comfortableRows = 28;

/** Rows for the directories whose ids are in `open`, or, with null, for the largest ones. */
export function graphRows(root: PathNode, open: ReadonlySet<string> | null): GraphRow[] {
  const opening = open === null ? openLargest(root) : openAsked(root, open);
  const rows = rowsOf(root, 0, opening);
  return root.accessed ? [rootRow(root), ...rows] : rows;
}

/** Opens from the largest directory down, as long as the rows stay few. */
function openLargest(root: PathNode): Opening {
  const opened = new Set<PathNode>();
  const opening: Opening = {isOpen: (node) => opened.has(node), maxChildren: () => maxChildren};
  let rows = shownCount(root, opening);
  const candidates = shownChildren(root);
  while (candidates.length > 0) {
    candidates.sort((a, b) => a.paths - b.paths);
    const largest = candidates.pop();
    const added = largest === undefined ? 0 : shownCount(largest, opening);
    if (largest !== undefined && added > 0 && rows + added <= comfortableRows) {
      opened.add(largest);
      rows += added;
      candidates.push(...shownChildren(largest));
    }
  }
  return opening;
}

function openAsked(root: PathNode, open: ReadonlySet<string>): Opening {
  const opened = new Set<PathNode>();
  const opening: Opening = {isOpen: (node) => opened.has(node), maxChildren: (node) => (open.has(restId(node)) ? maxChildrenAsked : maxChildren)};
  const level = shownChildren(root);
  let rows = shownCount(root, opening);
  for (const node of level) {
    const added = shownCount(node, opening);
    if (added > 0 && open.has(pathKey(node.path)) && rows + added <= maxRows) {
      opened.add(node);
      rows += added;
      level.push(...shownChildren(node));
    }
  }
  return opening;
}

function rowsOf(parent: PathNode, depth: number, opening: Opening): GraphRow[] {
  const largest = shownChildren(parent).sort((a, b) => b.paths - a.paths);
  const limit = opening.maxChildren(parent);
  const rows = largest
    .slice(0, limit)
    .sort(byKindThenPath)
    .flatMap((child) => [rowOf(child, parent, depth, opening.isOpen(child)), ...(opening.isOpen(child) ? rowsOf(child, depth + 1, opening) : [])]);
  return largest.length <= maxChildren ? rows : [...rows, restRow(parent, largest.slice(limit), depth, limit > maxChildren)];
}

function rowOf(node: PathNode, parent: PathNode, depth: number, open: boolean): GraphRow {
  const label = pathToText(depth === 0 ? node.path : node.path.slice(parent.path.length + 1)).text;
  const kind = node.children.size > 0 ? 'directory' : 'file';
  return {node: {...apiPath(node.path), id: pathKey(node.path), label, kind, depth, open, paths: node.paths}, covers: [node]};
}

/** "/" itself is on no level of its own, yet programs stat and list it. */
function rootRow(root: PathNode): GraphRow {
  return {node: {path: '/', id: '/', label: '/', kind: 'file', depth: 0, open: false, paths: 1}, covers: [root]};
}

/** Stands for the smaller children of a directory; `open` where it was asked for more of them, so that it can take them back. */
function restRow(parent: PathNode, covers: readonly PathNode[], depth: number, open: boolean): GraphRow {
  const paths = covers.reduce((sum, node) => sum + node.paths, 0);
  const label = covers.length === 0 ? 'show fewer' : `${covers.length} more`;
  return {node: {...apiPath(parent.path), id: restId(parent), label, kind: 'rest', depth, open, paths}, covers};
}

const restId = (parent: PathNode): string => `rest:${pathKey(parent.path)}`;

const shownChildren = (node: PathNode): PathNode[] => [...node.children.values()].map(skipLonely);

/** Rows that a directory's children take, the row for the rest included. */
function shownCount(node: PathNode, opening: Opening): number {
  const limit = opening.maxChildren(node);
  return Math.min(node.children.size, limit) + (node.children.size > maxChildren ? 1 : 0);
}

function byKindThenPath(a: PathNode, b: PathNode): number {
  const kind = Number(b.children.size > 0) - Number(a.children.size > 0);
  return kind === 0 ? (a.path < b.path ? -1 : 1) : kind;
}
