import type {Buffer} from 'node:buffer';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';
import type {Inode, LayerNode} from './layer-tree.js';

export interface MergedFiles {
  /** Sorted by path, "/" left out; no packages yet. */
  readonly files: ImageFile[];
  /** Contents that the layers' reader kept, where they are still visible. */
  readonly kept: ReadonlyMap<ContainerPath, Buffer>;
}

interface MergedNode {
  readonly inode: Inode;
  readonly layer: number;
  /** Null for anything but a directory. */
  readonly children: Map<string, MergedNode> | null;
}

/** What a container sees of its layers, lowest first, as overlayfs merges them. */
export function mergeLayers(layers: readonly LayerNode[]): MergedFiles {
  const root = new Map<string, MergedNode>();
  for (const [layer, {children, hidesLower}] of layers.entries()) {
    if (hidesLower) {
      root.clear();
    }
    applyLayer(root, children, layer);
  }
  return listFiles(root);
}

function applyLayer(below: Map<string, MergedNode>, above: LayerNode['children'], layer: number): void {
  for (const [name, {inode, children, hidesLower}] of above) {
    if (inode === null) {
      below.delete(name);
      continue;
    }
    const lower = below.get(name);
    if (inode.type !== 'directory') {
      below.set(name, {inode, layer, children: null});
      continue;
    }
    const merged = (hidesLower ? null : lower?.children) ?? new Map<string, MergedNode>();
    below.set(name, {inode, layer, children: merged});
    applyLayer(merged, children, layer);
  }
}

function listFiles(root: ReadonlyMap<string, MergedNode>): MergedFiles {
  const nodes: [ContainerPath, MergedNode][] = [];
  collect('', root, nodes);
  nodes.sort(([a], [b]) => (a < b ? -1 : 1));
  const groups = numberHardLinks(nodes.map(([, {inode}]) => inode));
  const kept = new Map<ContainerPath, Buffer>();
  const files = nodes.map(([path, {inode, layer}]): ImageFile => {
    const {kept: content, ...attributes} = inode;
    if (content !== null) {
      kept.set(path, content);
    }
    return {path, layer, ...attributes, hardLinkGroup: groups.get(inode) ?? null, package: null};
  });
  return {files, kept};
}

function collect(directory: ContainerPath, children: ReadonlyMap<string, MergedNode>, nodes: [ContainerPath, MergedNode][]): void {
  for (const [name, node] of children) {
    const path = `${directory}/${name}`;
    nodes.push([path, node]);
    if (node.children !== null) {
      collect(path, node.children, nodes);
    }
  }
}

/** Groups are numbered from 0 in the order of their first path. Missing parents share an inode object and are no group. */
function numberHardLinks(inodes: readonly Inode[]): ReadonlyMap<Inode, number> {
  const seen = new Set<Inode>();
  const linked = new Set<Inode>();
  for (const inode of inodes.filter(({type}) => type !== 'directory')) {
    (seen.has(inode) ? linked : seen).add(inode);
  }
  const inOrder = [...seen].filter((inode) => linked.has(inode));
  return new Map(inOrder.map((inode, group) => [inode, group]));
}
