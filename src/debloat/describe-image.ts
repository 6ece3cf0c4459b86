import type {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {mergeLayers} from '../image/layer-merge.js';
import {addPackages, isPackageDatabase} from '../image/packages.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageIndex} from '../model/image-index.js';
import {isFiltered} from './package-database.js';

export interface DescribedImage {
  /** Nothing but the package database was read: digests and interpreters are null. */
  readonly index: ImageIndex;
  /** Of the package database. */
  readonly contents: ReadonlyMap<ContainerPath, Buffer>;
}

/** What is in an opened image, with its packages. */
export async function describeImage({image, layers}: Pick<OpenedImage, 'image' | 'layers'>): Promise<DescribedImage> {
  const {files} = mergeLayers(layers.map(({root}) => root));
  const contents = new Map<ContainerPath, Buffer>();
  for (const {path, type, layer} of files) {
    if (type === 'file' && (isPackageDatabase(path) || isFiltered(path))) {
      const entry = layers[layer]?.entries.findLast((candidate) => candidate.path === path);
      const read = layers[layer]?.read;
      if (entry?.header.type === 'file' && read !== undefined) { // not a hard link, which no package manager makes of its own files
        const {bytes} = entry.header;
        contents.set(path, (await buffer(read(entry.end - paddedTo512(bytes), entry.end))).subarray(0, bytes));
      }
    }
  }
  return {index: {image, ...addPackages(files, contents)}, contents};
}

const paddedTo512 = (bytes: number): number => Math.ceil(bytes / 512) * 512;
