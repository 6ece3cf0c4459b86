import {type ContainerPath, pathToBytes, pathToText} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
import {WinnowError} from '../model/winnow-error.js';
import type {Exported} from './exported.js';
import {hasOuterSpace, isOneLine} from './path-text.js';

/**
 * What a plan keeps, as a file for slim's `--include-path-file`: `path`, or with `withModes` `path:MODE#UID#GID`.
 *
 * slim takes a directory with all that is in it, so only those that are empty in the image are listed. It cuts a line at its
 * last ":", trims it, and passes over what it can't read (ParsePathPerms in its clifvparser.go): a path with a ":" or with
 * white space at an end is always given a mode. It changes modes through symlinks, so these get none unless they must.
 * @throws WinnowError for a path with a line break, which no line can hold: without it the image would break
 */
export function slimList(decisions: ReadonlyMap<ContainerPath, Decision>, index: ImageIndex, withModes: boolean): Exported {
  const filled = new Set(index.files.map(({path}) => path.slice(0, path.lastIndexOf('/'))));
  const kept = index.files.filter(({type, path}) =>
    decisions.get(path) !== 'remove' && (type === 'file' || type === 'symlink' || (type === 'directory' && !filled.has(path))));
  const broken = kept.find(({path}) => !isOneLine(path));
  if (broken !== undefined) {
    throw new WinnowError(`slim's list has a line for each path, and ${JSON.stringify(pathToText(broken.path).text)} is to stay`, {
      hint: 'its name has a line break; --format winnow can say it',
    });
  }
  return {pieces: kept.map((file) => Buffer.concat([pathToBytes(file.path), Buffer.from(`${modeOf(file, withModes)}\n`)])), leftOut: []};
}

function modeOf({path, type, mode, uid, gid}: ImageFile, withModes: boolean): string {
  return (withModes && type !== 'symlink') || needsMode(path) ? `:${mode.toString(8).padStart(4, '0')}#${uid}#${gid}` : '';
}

const needsMode = (path: ContainerPath): boolean => path.includes(':') || hasOuterSpace(path);
