import type {Buffer} from 'node:buffer';
import {mergeLayers} from '../image/layer-merge.js';
import type {LayerListing, ListedEntry} from '../image/layer-reader.js';
import {parentPath} from '../image/tree.js';
import {type ContainerPath, pathToText} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageFile} from '../model/image-index.js';
import {WinnowError} from '../model/winnow-error.js';

/** An image that is split: its layers, lowest first (one that stands twice is the same object twice), and what is to become of them. */
export interface ImageToSplit {
  readonly layers: readonly LayerListing[];
  /** One for each path that a container of the image sees. */
  readonly decisions: ReadonlyMap<ContainerPath, Decision>;
  /** New contents of files that are kept. */
  readonly replaced: ReadonlyMap<ContainerPath, Buffer>;
}

/** What a container sees of the image, with the decisions. */
export interface View {
  readonly files: ReadonlyMap<ContainerPath, ImageFile>;
  readonly decisions: ReadonlyMap<ContainerPath, Decision>;
  readonly replaced: ReadonlyMap<ContainerPath, Buffer>;
  readonly isKeptDirectory: (path: ContainerPath) => boolean;
}

/** One of the images that have a layer, and where it has it. */
export interface LayerUse {
  readonly positions: ReadonlySet<number>;
  readonly view: View;
}

/** By diff id. @throws WinnowError (usage) for decisions that are not of the image, or that keep a path in a removed directory */
export function usesOf(image: ImageToSplit): ReadonlyMap<string, LayerUse> {
  const view = viewOf(image);
  return new Map(image.layers.map(({diffId}) => [diffId, {view, positions: new Set(image.layers.flatMap((other, at) => (other.diffId === diffId ? [at] : [])))}]));
}

/** Of one entry by itself: `hidden` where no container sees it. */
export function wishFor({path, inode}: ListedEntry, {positions, view: {files, decisions, isKeptDirectory}}: LayerUse): 'keep' | 'remove' | 'hidden' {
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

function viewOf({layers, decisions, replaced}: ImageToSplit): View {
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

export const shown = (path: ContainerPath): string => pathToText(path).text;

export function refusal(message: string, hint: string, cause?: unknown): WinnowError {
  return new WinnowError(message, {exitCode: ExitCode.usage, hint, cause});
}
