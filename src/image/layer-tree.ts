import type {Buffer} from 'node:buffer';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';
import {archiveError} from './archive-error.js';
import type {TarHeader} from './tar-header.js';

/** What an inode holds; names that are hard links of each other share one object. */
export interface Inode extends Pick<ImageFile, 'type' | 'bytes' | 'mode' | 'uid' | 'gid' | 'linkTarget' | 'interpreter' | 'digest'> {
  /** The whole content where it was asked to be kept. */
  readonly kept: Buffer | null;
}

/** A name in one layer. */
export interface LayerNode {
  /** Null for a whiteout. */
  readonly inode: Inode | null;
  readonly children: Map<string, LayerNode>;
  /** True where nothing of lower layers shows through a directory: it is opaque, or the layer removes the name too. */
  hidesLower: boolean;
}

/** Content of a regular file, known once it was read. */
export type FileContent = Pick<Inode, 'digest' | 'interpreter' | 'kept'>;

const noContent: FileContent = {digest: null, interpreter: null, kept: null};
const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** MAXSYMLINKS, as Docker's extraction meets it when parents go through symlinks of the same layer. */
const maxLinks = 40;
/** Deeper than any path the kernel takes (PATH_MAX / 2); bounds recursion over a tree. */
const maxDepth = 2048;

const implied: Inode = {type: 'directory', bytes: 0, mode: 0o755, uid: 0, gid: 0, linkTarget: null, ...noContent};

/** Where an entry is to stand: made by `place`, before its content is read. */
export interface Place {
  readonly path: ContainerPath;
  readonly name: string;
  readonly directory: LayerNode;
}

/**
 * One layer as Docker's overlay2 driver extracts it into a directory of its own (pkg/archive Unpack): names are
 * normalised within the root, missing parents are made as root's 0755, parents go through symlinks of the same layer,
 * a later entry replaces an earlier one of its name, and links need a target in the layer. What Docker refuses is refused.
 *
 * Whiteouts hide lower layers only, wherever they stand in the archive (OCI image specification, layer.md, "Whiteouts").
 */
export class LayerTree {
  readonly root = makeNode(implied);

  /** Null for the root itself, which every container has. @throws WinnowError where a parent cannot be a directory */
  place(header: Pick<TarHeader, 'name'>): Place | null {
    const names = normalNames(header.name);
    const name = names.pop();
    if (name === undefined) {
      return null;
    }
    const {node, names: parents} = this.#walk(names, header.name, {makesMissing: true});
    return {path: `/${[...parents, name].join('/')}`, name, directory: node};
  }

  /** What the name holds now; null where the entry hides lower layers instead. */
  put({name, directory}: Place, header: TarHeader, content: FileContent = noContent): Inode | null {
    if (name === opaqueName) {
      directory.hidesLower = true;
    } else if (name.startsWith(whiteoutPrefix)) {
      whiteOut(directory, removedName(name));
    } else if (header.type === 'char' && header.deviceMajor === 0 && header.deviceMinor === 0) {
      whiteOut(directory, name); // overlay's own form; on an overlay host the extracted device acts as one too
    } else {
      return this.#add(directory, name, header, content);
    }
    return null;
  }

  #add(directory: LayerNode, name: string, header: TarHeader, content: FileContent): Inode {
    const before = directory.children.get(name);
    directory.children.delete(name); // Docker removes what is there first: a link to itself has no target
    const inode = header.type === 'link' ? this.#linkedInode(header) : makeInode(header, header.type, content);
    const isMerged = before?.inode?.type === 'directory' && inode.type === 'directory';
    const node = makeNode(inode, isMerged ? before.children : undefined);
    node.hidesLower = before?.hidesLower ?? false;
    directory.children.set(name, node);
    return inode;
  }

  #linkedInode(header: TarHeader): Inode {
    const names = normalNames(header.linkName);
    const name = names.pop() ?? '';
    const {node} = this.#walk(names, header.name, {makesMissing: false});
    const inode = node.children.get(name)?.inode ?? null;
    if (inode === null || inode.type === 'directory') {
      throw archiveError(`${quote(header.name)} is a hard link to ${quote(header.linkName)}, which is no file of its layer`);
    }
    return inode;
  }

  /** Follows directories and symlinks from the root. What a dangling symlink names is not made: mkdir(2) finds the link in its way. */
  #walk(names: readonly string[], entry: ContainerPath, {makesMissing}: {readonly makesMissing: boolean}): Walked {
    const pending = names.toReversed();
    const trail: {node: LayerNode; name: string}[] = [];
    let ownLeft = pending.length;
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const isOwn = pending.length < ownLeft; // else it comes from a symlink's target
      ownLeft = Math.min(ownLeft, pending.length);
      const directory = trail.at(-1)?.node ?? this.root;
      const child = directory.children.get(name);
      if (name === '..') {
        trail.pop();
      } else if (child?.inode?.type === 'symlink') {
        const target = child.inode.linkTarget ?? '';
        pending.push(...target.split('/').filter((part) => part !== '' && part !== '.').reverse());
        trail.length = target.startsWith('/') ? 0 : trail.length;
        links += 1;
      } else if (child?.inode?.type === 'directory') {
        trail.push({node: child, name});
      } else if (makesMissing && isOwn && (child?.inode ?? null) === null) {
        trail.push({node: addDirectory(directory, name), name});
      } else {
        throw archiveError(`${quote(entry)} lies or links below ${quote(name)}, which is no directory of its layer`);
      }
      if (links > maxLinks || trail.length > maxDepth) {
        throw archiveError(`${quote(entry)} lies behind too many symlinks or directories`);
      }
    }
    return {node: trail.at(-1)?.node ?? this.root, names: trail.map(({name}) => name)};
  }
}

interface Walked {
  readonly node: LayerNode;
  /** Of the directories down to the node. */
  readonly names: string[];
}

function addDirectory(parent: LayerNode, name: string): LayerNode {
  const node = makeNode(implied);
  node.hidesLower = parent.children.get(name)?.hidesLower ?? false;
  parent.children.set(name, node);
  return node;
}

function makeInode(header: TarHeader, type: ImageFile['type'], content: FileContent): Inode {
  const {bytes, mode, uid, gid, linkName} = header;
  if (type === 'symlink' && linkName === '') {
    throw archiveError(`${quote(header.name)} is a symlink without a target`);
  }
  return {type, bytes, mode: type === 'symlink' ? 0o777 : mode, uid, gid, linkTarget: type === 'symlink' ? linkName : null, ...content};
}

/** Shared by all that is no directory, and never added to: most nodes are files, and a map of their own is most of a node. */
const noChildren = new Map<string, LayerNode>();

function makeNode(inode: Inode | null, children?: Map<string, LayerNode>): LayerNode {
  const own = inode?.type === 'directory' ? (children ?? new Map<string, LayerNode>()) : noChildren;
  return {inode, children: own, hidesLower: inode === null};
}

function whiteOut(directory: LayerNode, name: string): void {
  const present = directory.children.get(name);
  if (present === undefined) {
    directory.children.set(name, makeNode(null));
  } else {
    present.hidesLower = true;
  }
}

function removedName(whiteout: string): string {
  const name = whiteout.slice(whiteoutPrefix.length);
  if (name === '' || name === '.' || name === '..') {
    throw archiveError(`${quote(whiteout)} is a whiteout of nothing`);
  }
  return name;
}

/** Components as filepath.Clean("/" + name) leaves them: none is "", "." or "..". */
function normalNames(name: ContainerPath): string[] {
  const names: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') {
      names.pop();
    } else if (part !== '' && part !== '.') {
      names.push(part);
    }
  }
  return names;
}

function quote(path: ContainerPath): string {
  return JSON.stringify(path.toWellFormed());
}
