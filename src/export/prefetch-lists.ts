import {type ContainerPath, pathToBytes} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';
import type {Exported} from './exported.js';
import {hasOuterSpace, isOneLine, isUnicode} from './path-text.js';

// A file that a list can't say is fetched when it is asked for: slower, and nothing worse.

/** Order of access for `ctr-remote image convert --estargz-record-in`: JSON lines of its recorder.Entry. Go reads JSON as UTF-8. */
export function stargzRecord(files: readonly ImageFile[]): Exported {
  return chosen(files, isUnicode, ({path, layer}) => `${JSON.stringify({path: path.slice(1), layerIndex: layer})}\n`);
}

/** Paths for the standard input of `nydus-image --prefetch-policy fs`, which stops at a line that isn't UTF-8 and trims the others. */
export function nydusList(files: readonly ImageFile[]): Exported {
  return chosen(files, (path) => isUnicode(path) && isOneLine(path) && !hasOuterSpace(path), ({path}) => `${path}\n`);
}

/** Paths for `ctr record-trace --priority_list`, which overlaybd reads as lines of bytes. */
export function overlaybdList(files: readonly ImageFile[]): Exported {
  return chosen(files, isOneLine, ({path}) => Buffer.concat([pathToBytes(path), Buffer.from('\n')]));
}

/** Paths for `soci create --prefetch-files-json`: an array of strings, which it trims. */
export function sociList(files: readonly ImageFile[]): Exported {
  const isText = (path: ContainerPath): boolean => isUnicode(path) && !hasOuterSpace(path);
  const paths = files.map(({path}) => path);
  return {pieces: [`${JSON.stringify(paths.filter(isText), null, 1)}\n`], leftOut: paths.filter((path) => !isText(path))};
}

function chosen(files: readonly ImageFile[], fits: (path: ContainerPath) => boolean, line: (file: ImageFile) => string | Uint8Array): Exported {
  return {
    pieces: files.filter(({path}) => fits(path)).map(line),
    leftOut: files.filter(({path}) => !fits(path)).map(({path}) => path),
  };
}
