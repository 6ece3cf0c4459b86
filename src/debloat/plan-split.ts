import type {Buffer} from 'node:buffer';
import {mergeLayers} from '../image/layer-merge.js';
import type {LayerListing, ListedEntry} from '../image/layer-reader.js';
import {type Inode, type LayerNode, LayerTree} from '../image/layer-tree.js';
import {parentPath} from '../image/tree.js';
import {type ContainerPath, pathToText} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageFile} from '../model/image-index.js';
import {WinnowError} from '../model/winnow-error.js';
import {encodeDirectory, encodeWhiteout} from './encode-entry.js';
import type {Fate, LayerSplit} from './layer-split.js';

/** What a container sees of the image, with the decisions. */
interface View {
  readonly files: ReadonlyMap<ContainerPath, ImageFile>;
  readonly decisions: ReadonlyMap<ContainerPath, Decision>;
  readonly replaced: ReadonlyMap<ContainerPath, Buffer>;
  readonly isKeptDirectory: (path: ContainerPath) => boolean;
}

/**
 * Decides for every entry of every layer. A removed path leaves all layers, so that no lower version of it comes to light;
 * what upper layers hide goes too, since no container sees it. Whiteouts stay as long as their directory does. A hidden
 * name of a file that has a kept one stays, as a hard link needs its target; the top layer gets a whiteout where what hid it goes.
 *
 * @param layers lowest first; a layer that stands twice is the same object twice
 * @param decisions one for each path that a container of the image sees
 * @param replaced new contents of files that are kept
 * @returns one split for each layer
 * @throws WinnowError (usage) for decisions that no layer can follow: not of this image, a path kept in a removed directory,
 * a hard link kept whose file is removed, a symlink removed through which a kept entry of its layer is named
 */
export function planSplit(layers: readonly LayerListing[], decisions: ReadonlyMap<ContainerPath, Decision>, replaced: ReadonlyMap<ContainerPath, Buffer> = new Map()): LayerSplit[] {
  const view = viewOf(layers, decisions, replaced);
  const splits = new Map<LayerListing, LayerSplit>();
  const resurfacing = new Set<ContainerPath>();
  for (const layer of new Set(layers)) {
    const positions = new Set(layers.flatMap((other, at) => (other === layer ? [at] : [])));
    const {retained, ...split} = splitOf(layer, positions, view);
    splits.set(layer, split);
    retained.flatMap((path) => topOfRemoved(path, view) ?? []).forEach((path) => resurfacing.add(path));
  }
  const top = layers.at(-1);
  const topSplit = top === undefined ? undefined : splits.get(top);
  if (top !== undefined && topSplit !== undefined && resurfacing.size > 0) {
    // What an upper layer hid has one above it, so the whiteouts are above all they are for.
    const whiteouts = [...resurfacing].sort().map(encodeWhiteout);
    splits.set(top, {...topSplit, added: [...topSplit.added, ...whiteouts], isChanged: true});
  }
  return layers.flatMap((layer) => splits.get(layer) ?? []);
}

function viewOf(layers: readonly LayerListing[], decisions: ReadonlyMap<ContainerPath, Decision>, replaced: ReadonlyMap<ContainerPath, Buffer>): View {
  const {files} = mergeLayers(layers.map(({root}) => root));
  const undecided = files.find(({path}) => !decisions.has(path));
  if (undecided !== undefined || files.length !== decisions.size) {
    throw refusal(`the plan is not of this image: ${undecided === undefined ? 'it names files that are not there' : `it says nothing of ${shown(undecided.path)}`}`, 'plan this image');
  }
  const byPath = new Map(files.map((file) => [file.path, file]));
  const unfit = [...replaced.keys()].find((path) => byPath.get(path)?.type !== 'file' || decisions.get(path) !== 'keep');
  if (unfit !== undefined) {
    throw refusal(`${shown(unfit)} cannot have other content: it is no file that is kept`, 'keep it');
  }
  const isKeptDirectory = (path: ContainerPath): boolean =>
    path === '/' || (decisions.get(path) === 'keep' && byPath.get(path)?.type === 'directory');
  for (const {path} of files) {
    if (decisions.get(path) === 'keep' && !isKeptDirectory(parentPath(path))) {
      throw refusal(`the plan keeps ${shown(path)} and removes the directory it is in`, 'keep both or remove both');
    }
  }
  return {files: byPath, decisions, replaced, isKeptDirectory};
}

interface OneSplit extends LayerSplit {
  /** Hidden names that stay, and are to stay hidden. */
  readonly retained: readonly ContainerPath[];
}

function splitOf({entries, root}: LayerListing, positions: ReadonlySet<number>, view: View): OneSplit {
  const keptInodes = new Set<Inode>();
  const wishes = entries.map((entry) => {
    const wish = wishFor(entry, positions, view);
    if (wish === 'keep' && entry.inode !== null) {
      keptInodes.add(entry.inode);
    }
    return wish;
  });
  const isKept = entries.map(({inode}, at) => wishes[at] === 'keep' || (wishes[at] === 'hidden' && inode !== null && keptInodes.has(inode)));
  const retained = entries.flatMap(({path}, at) => (isKept[at] && wishes[at] === 'hidden' ? [path] : []));
  const kept = standAlone(entries.filter((_, at) => isKept[at]));
  const fates = fatesOf(entries, isKept);
  const added = missingDirectories(root, kept, positions, view).map(encodeDirectory);
  const replaced = new Map(entries.flatMap(({path}, at): [number, Buffer][] => {
    const content = wishes[at] === 'keep' ? view.replaced.get(path) : undefined;
    return content === undefined ? [] : [[at, content]];
  }));
  const isChanged = added.length > 0 || replaced.size > 0 || fates.some((fate) => fate !== 'keep');
  return {fates, replaced, added, retained, isChanged};
}

/** Of one entry by itself: `hidden` where no container sees it. */
function wishFor({path, inode}: ListedEntry, positions: ReadonlySet<number>, {files, decisions, isKeptDirectory}: View): 'keep' | 'remove' | 'hidden' {
  if (inode === null) {
    return path === '/' || isKeptDirectory(parentPath(path)) ? 'keep' : 'hidden';
  }
  const file = files.get(path);
  if (file === undefined) {
    return 'hidden';
  }
  const isDirectory = inode.type === 'directory';
  const isSeen = file.type === 'directory' ? isDirectory : !isDirectory && positions.has(file.layer);
  return !isSeen ? 'hidden' : (decisions.get(path) ?? 'remove');
}

/** The outermost part of a path that the plan removes; null where something that stays hides the path. */
function topOfRemoved(path: ContainerPath, {decisions, isKeptDirectory}: Pick<View, 'decisions' | 'isKeptDirectory'>): ContainerPath | null {
  const parent = parentPath(path);
  return isKeptDirectory(parent) ? (decisions.get(path) === 'remove' ? path : null) : topOfRemoved(parent, {decisions, isKeptDirectory});
}

/** The kept entries as a layer of their own. @throws WinnowError where one would not be what it was */
function standAlone(entries: readonly ListedEntry[]): LayerNode {
  const tree = new LayerTree();
  for (const {header, path} of entries) {
    try {
      const place = tree.place(header);
      if ((place?.path ?? '/') !== path) {
        throw new Error(`${path} would move`);
      }
      if (place !== null) {
        tree.put(place, header);
      }
    } catch (cause) {
      const needs = header.type === 'link' ? `the file it is a hard link of, ${shown(header.linkName)}` : 'a symlink of its layer on the way to it';
      throw refusal(`the plan keeps ${shown(path)} and removes ${needs}`, 'keep both or remove both', cause);
    }
  }
  return tree.root;
}

/** What goes is to stand in a layer by itself, too, so that the remainder is an image that an engine takes. */
function fatesOf(entries: readonly ListedEntry[], isKept: readonly boolean[]): Fate[] {
  const rest = new LayerTree();
  return entries.map(({header}, at) => {
    if (isKept[at]) {
      return 'keep';
    }
    try {
      const place = rest.place(header);
      if (place !== null) {
        rest.put(place, header);
      }
      return 'remove';
    } catch {
      return 'inline';
    }
  });
}

/** Directories that the layer gave without an entry, as parents of entries that are gone, and that are to stay as they were. */
function missingDirectories(original: LayerNode, kept: LayerNode, positions: ReadonlySet<number>, {files, isKeptDirectory}: View): ContainerPath[] {
  const missing: ContainerPath[] = [];
  const compare = (before: LayerNode, after: LayerNode | undefined, directory: ContainerPath): void => {
    for (const [name, child] of before.children) {
      const path = `${directory}/${name}`;
      if (child.inode?.type !== 'directory' || !isKeptDirectory(path)) {
        continue;
      }
      const found = after?.children.get(name);
      if (found?.inode?.type !== 'directory' && positions.has(files.get(path)?.layer ?? -1)) {
        missing.push(path);
      }
      compare(child, found, path);
    }
  };
  compare(original, kept, '');
  return missing.sort();
}

const shown = (path: ContainerPath): string => pathToText(path).text;

function refusal(message: string, hint: string, cause?: unknown): WinnowError {
  return new WinnowError(message, {exitCode: ExitCode.usage, hint, cause});
}
