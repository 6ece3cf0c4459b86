import type {ContainerPath} from '../../model/container-path.js';
import type {ImageFile, ImageIndex} from '../../model/image-index.js';

/** What an earlier image has at a path: the same, something else, or nothing. */
export type Likeness = 'same' | 'changed' | 'new';

/** For each file of the index, what an earlier image has there. Owners and permissions don't count: they are no content. */
export function compareImages({files}: ImageIndex, earlier: ImageIndex): Likeness[] {
  const before = new Map(earlier.files.map((file) => [file.path, file]));
  return files.map((file) => {
    const other = before.get(file.path);
    return other === undefined ? 'new' : hasSameContent(file, other) ? 'same' : 'changed';
  });
}

/** Paths of regular files that an earlier image has and this one hasn't. */
export function goneFiles({files}: ImageIndex, earlier: ImageIndex): ContainerPath[] {
  const now = new Set(files.map(({path}) => path));
  return earlier.files.filter(({path, type}) => type === 'file' && !now.has(path)).map(({path}) => path);
}

function hasSameContent(a: ImageFile, b: ImageFile): boolean {
  return a.type === b.type && a.digest === b.digest && a.linkTarget === b.linkTarget;
}
