import type {ContainerPath} from '../model/container-path.js';

/** A path that was accessed, or a directory above one. */
export interface PathNode {
  readonly path: ContainerPath;
  readonly parent: PathNode | null;
  readonly children: Map<string, PathNode>;
  accessed: boolean;
  /** Accessed paths at and below the node. */
  paths: number;
}

export interface PathTree {
  readonly root: PathNode;
  readonly nodeOf: ReadonlyMap<ContainerPath, PathNode>;
}

export function growPathTree(paths: Iterable<ContainerPath>): PathTree {
  const root: PathNode = {path: '/', parent: null, children: new Map(), accessed: false, paths: 0};
  const nodeOf = new Map<ContainerPath, PathNode>([['/', root]]);
  for (const path of paths) {
    const node = findOrAdd(root, path, nodeOf);
    if (!node.accessed) {
      node.accessed = true;
      for (let above: PathNode | null = node; above !== null; above = above.parent) {
        above.paths += 1;
      }
    }
  }
  return {root, nodeOf};
}

/** The node itself, or, below directories that only lead to one thing, that thing: /usr/share/zoneinfo is one row, not three. */
export function skipLonely(node: PathNode): PathNode {
  let end = node;
  for (let [only] = end.children.values(); only !== undefined && end.children.size === 1 && !end.accessed; [only] = end.children.values()) {
    end = only;
  }
  return end;
}

function findOrAdd(root: PathNode, path: ContainerPath, nodeOf: Map<ContainerPath, PathNode>): PathNode {
  let node = root;
  for (const name of path.split('/')) {
    if (name !== '') {
      const child = node.children.get(name) ?? {path: `${node === root ? '' : node.path}/${name}`, parent: node, children: new Map<string, PathNode>(), accessed: false, paths: 0};
      node.children.set(name, child);
      nodeOf.set(child.path, child);
      node = child;
    }
  }
  return node;
}
