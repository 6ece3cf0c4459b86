import type {ImageFile} from '../model/image-index.js';

/**
 * Whether a path holds bytes that can be saved. Directories, symlinks, devices and empty files hold none; a plan keeps
 * them all, so that statements about files not seen, which are statements about what may be missed, count only the others.
 */
export function holdsContent({type, bytes}: Pick<ImageFile, 'type' | 'bytes'>): boolean {
  return type === 'file' && bytes > 0;
}
