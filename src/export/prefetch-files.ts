import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';

/**
 * Files with content that are worth having before they are asked for.
 *
 * @param order of first use (`accessOrder`)
 * @param minProbability that the next run needs the file, 0 to 1
 */
export function prefetchFiles(order: readonly ContainerPath[], index: ImageIndex, {files}: Profile, minProbability: number): ImageFile[] {
  const positions = new Map(index.files.map(({path}, at) => [path, at]));
  return order.flatMap((path) => {
    const at = positions.get(path) ?? -1;
    const file = index.files[at];
    return file?.type === 'file' && file.bytes > 0 && (files[at]?.probability ?? 0) >= minProbability ? [file] : [];
  });
}
