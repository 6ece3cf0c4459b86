import {type ContainerPath, pathToBytes} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Exported} from './exported.js';
import {hasOuterSpace, isOneLine, isUnicode} from './path-text.js';

/**
 * What a plan removes, as a .dockerignore beside a copy of the image's file system: a line for each path, and one for a directory
 * that goes with all it holds. What a pattern can't say exactly stays: a file too many breaks nothing.
 *
 * Docker trims its lines, takes "\" as an escape, and matches patterns as Unicode text (moby/patternmatcher).
 */
export function ignoreList(decisions: ReadonlyMap<ContainerPath, Decision>, {files}: ImageIndex): Exported {
  const removed = files.filter(({path}) => decisions.get(path) === 'remove').map(({path}) => path);
  const isRemoved = new Set(removed);
  const roots = removed.filter((path) => !isRemoved.has(path.slice(0, path.lastIndexOf('/'))));
  return {
    pieces: roots.filter(isPattern).map((path) => Buffer.concat([pathToBytes(escaped(path)), Buffer.from('\n')])),
    leftOut: roots.filter((path) => !isPattern(path)),
  };
}

const isPattern = (path: ContainerPath): boolean => isUnicode(path) && isOneLine(path) && !hasOuterSpace(path);

const escaped = (path: ContainerPath): string => path.replaceAll(/[*?[\]\\]/g, '\\$&');
