import path from 'node:path';
import type {Readable} from 'node:stream';
import type {ImageIndex} from '../model/image-index.js';
import {ArchiveBudget, type ArchiveLimits} from './archive-budget.js';
import {type ArchiveContents, readArchiveContents, type StoredLayer} from './archive-contents.js';
import {archiveError} from './archive-error.js';
import {type ArchivedImage, chooseImage, type ImageChoice} from './archive-manifest.js';
import {mergeLayers} from './layer-merge.js';
import {readLayer} from './layer-reader.js';
import {addPackages, isPackageDatabase} from './packages.js';

export interface ReadArchiveOptions extends ImageChoice {
  readonly limits?: Partial<ArchiveLimits>;
}

/**
 * The index of one image of a `docker save` stream, in Docker's own format or with an OCI layout inside, read once from
 * start to end. Memory grows with the number of entries, not with their content.
 * @throws WinnowError on an archive that is cut off, corrupt, hostile or over the limits, or lacks the image
 */
export async function readImageArchive(stream: Readable, {limits, ...choice}: ReadArchiveOptions): Promise<ImageIndex> {
  const budget = new ArchiveBudget(limits);
  try {
    const contents = await readArchiveContents(stream, {budget, readLayer: (chunks) => readLayer(chunks, {budget, keeps: isPackageDatabase})});
    const image = chooseImage((name) => contents.documents.get(contents.realName(name)), choice);
    const {files, kept} = mergeLayers(verifiedLayers(image, contents).map(({layer}) => layer.root));
    return {image: {name: choice.name, id: image.id, layers: image.diffIds}, ...addPackages(files, kept)};
  } catch (error) {
    throw error === stream.errored ? archiveError(`reading it failed: ${stream.errored?.message ?? ''}`, error) : error;
  }
}

/** The image's layers, lowest first. @throws WinnowError where one is missing, or not the one that the config names */
export function verifiedLayers<Layer extends {readonly diffId: string}>(
  {diffIds, layerNames}: ArchivedImage,
  {layers, realName}: Pick<ArchiveContents<Layer>, 'layers' | 'realName'>,
): StoredLayer<Layer>[] {
  return layerNames.map((name, index) => {
    const stored = layers.get(realName(path.posix.normalize(name)));
    if (stored === undefined) {
      throw archiveError(`layer ${name} is missing`);
    }
    if (stored.layer.diffId !== diffIds[index]) {
      throw archiveError(`layer ${name} is not the one that the image's config names: ${stored.layer.diffId} instead of ${diffIds[index] ?? 'none'}`);
    }
    const blob = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
    if (blob !== undefined && (stored.digest ?? stored.layer.diffId) !== `sha256:${blob}`) {
      throw archiveError(`layer ${name} does not have the content that its name promises`);
    }
    return stored;
  });
}
