import type {Buffer} from 'node:buffer';
import {posix} from 'node:path';
import {mergeLayers} from '../image/layer-merge.js';
import type {LayerListing, ListedEntry} from '../image/layer-reader.js';
import {type Inode, type LayerNode, LayerTree} from '../image/layer-tree.js';
import {parentPath} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';
import {encodeDirectory, encodeWhiteout} from './encode-entry.js';
import type {EntryCopy, Fate, LayerSplit} from './layer-split.js';
import {type ImageToSplit, type LayerUse, refusal, shown, usesOf, wishFor} from './layer-use.js';

/**
 * Decides for every entry of every layer. A removed path leaves all layers, so that no lower version of it comes to light;
 * what upper layers hide goes too, since no container sees it. Whiteouts stay as long as their directory does. A hidden
 * name of a file that has a kept one stays, as a hard link needs its target; the top layer gets a whiteout where what hid it goes.
 *
 * A layer of several images is split once for all: what one of them keeps stays in it. An image that does not want it gets a whiteout in its top
 * layer, which another image then cannot share.
 *
 * @returns for each image one split for each layer; the same object for a layer that images share
 * @throws WinnowError (usage) for decisions that no layer can follow: not of this image, a path kept in a removed directory,
 * a hard link kept whose file is removed, a symlink removed through which a kept entry of its layer is named
 */
export function planSplits(images: readonly ImageToSplit[]): LayerSplit[][] {
  const uses = images.map(usesOf);
  const splits = new Map<string, OneSplit>();
  for (const listing of images.flatMap(({layers}) => layers)) {
    if (!splits.has(listing.diffId)) {
      splits.set(listing.diffId, splitOf(listing, uses.flatMap((of) => of.get(listing.diffId) ?? [])));
    }
  }
  return images.map(({layers}, at) => splitsOf(layers, uses[at] ?? new Map<string, LayerUse>(), splits));
}

/**
 * The splits of one image, with whiteouts in its top layer for what would come to light.
 * @throws WinnowError (usage) where that is in the top layer itself
 */
function splitsOf(layers: readonly LayerListing[], uses: ReadonlyMap<string, LayerUse>, splits: ReadonlyMap<string, OneSplit>): LayerSplit[] {
  const own = new Map(splits);
  const top = layers.at(-1);
  const use = uses.get(top?.diffId ?? '');
  if (top !== undefined && use !== undefined && comingToLight(layers, own, use).length > 0) {
    const split = splitOf(top, [use]); // the joint one where no other image has it
    own.set(top.diffId, split);
    const found = comingToLight(layers, own, use);
    const unhidden = found.find(({layer}) => use.positions.has(layer));
    if (unhidden !== undefined) {
      throw refusal(`the plan removes what hides ${shown(unhidden.path)} in its layer`, 'keep both or remove both');
    }
    const whiteouts = found.map(({path}) => path).filter((path) => use.view.isKeptDirectory(parentPath(path)));
    if (whiteouts.length > 0) {
      own.set(top.diffId, {...split, added: [...split.added, ...parentsOf(whiteouts, layers, use), ...whiteouts.map(encodeWhiteout)], isChanged: true});
    }
  }
  return layers.flatMap(({diffId}) => own.get(diffId) ?? []);
}

/** What a container would see and the image's plan does not keep: lower versions whose upper one goes, and what stays in a layer for another image. */
function comingToLight(layers: readonly LayerListing[], splits: ReadonlyMap<string, OneSplit>, {view: {decisions}}: LayerUse): ImageFile[] {
  const {files} = mergeLayers(layers.flatMap(({diffId}) => splits.get(diffId)?.root ?? []));
  return files.filter(({path}) => decisions.get(path) !== 'keep');
}

/** Directories that lower layers make: without an entry of their own they would be as Docker makes parents, root's and 0755. */
function parentsOf(paths: readonly ContainerPath[], layers: readonly LayerListing[], {positions, view: {files}}: LayerUse): (EntryCopy | Buffer)[] {
  const parents = new Set(paths.flatMap((path) => path.split('/').slice(2).map((_, depth) => path.split('/', depth + 2).join('/'))));
  return [...parents].sort().flatMap((path) => {
    const at = files.get(path)?.layer ?? -1;
    const layer = positions.has(at) ? undefined : layers[at];
    const entry = layer?.entries.findLast((other) => other.path === path);
    if (layer === undefined || entry === undefined) {
      return [];
    }
    const isNamedSo = posix.join('/', entry.header.name, '.') === path; // not by way of a symlink of its layer
    return [isNamedSo ? {diffId: layer.diffId, start: entry.start, end: entry.end} : encodeDirectory(path, entry.header)];
  });
}

interface OneSplit extends LayerSplit {
  /** What the debloated layer makes. */
  readonly root: LayerNode;
}

function splitOf({entries, root}: LayerListing, uses: readonly LayerUse[]): OneSplit {
  const keptInodes = new Set<Inode>();
  const wishes = entries.map((entry) => {
    const own = uses.map((use) => wishFor(entry, use));
    if (own.includes('keep') && entry.inode !== null) {
      keptInodes.add(entry.inode);
    }
    return own;
  });
  const isKept = entries.map(({inode}, at) => wishes[at]?.includes('keep') === true || (wishes[at]?.includes('hidden') === true && inode !== null && keptInodes.has(inode)));
  const kept = standAlone(entries.filter((_, at) => isKept[at]));
  const fates = fatesOf(entries, isKept);
  const missing = [...new Set(uses.flatMap((use) => missingDirectories(root, kept.root, use)))].sort();
  const replaced = new Map(entries.flatMap((entry, at): [number, Buffer][] => {
    const content = newContent(entry.path, uses.filter((_, use) => wishes[at]?.[use] === 'keep'));
    return content === null ? [] : [[at, content]];
  }));
  const added = missing.map((path) => encodeDirectory(path));
  const isChanged = added.length > 0 || replaced.size > 0 || fates.some((fate) => fate !== 'keep');
  missing.forEach((path) => kept.place({name: `${path}/file`})); // makes what it would be in
  return {fates, replaced, added, root: kept.root, isChanged};
}

/** What a kept file is to hold in a layer; null where it stays as it is. */
function newContent(path: ContainerPath, uses: readonly LayerUse[]): Buffer | null {
  const [first = null, ...others] = uses.map(({view: {replaced}}) => replaced.get(path) ?? null);
  if (others.some((other) => (other === null || first === null ? other !== first : !other.equals(first)))) {
    throw new Error(`${shown(path)} is to have several contents in one layer`);
  }
  return first;
}

/** The kept entries as a layer of their own. @throws WinnowError where one would not be what it was */
function standAlone(entries: readonly ListedEntry[]): LayerTree {
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
  return tree;
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
function missingDirectories(original: LayerNode, kept: LayerNode, {positions, view: {files, isKeptDirectory}}: LayerUse): ContainerPath[] {
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
  return missing;
}
