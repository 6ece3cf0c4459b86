import {Buffer} from 'node:buffer';
import {access, mkdir, readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import type {ImageTarget} from './new-image.js';
import {removeAbandoned, renameTo, saying, temporaryName, writeChunks} from './new-file.js';
import {type BlobStore, chunkOf, digested, type Document} from './blob-store.js';
import {addToIndex, layoutFile, type LayoutIndex} from './layout-index.js';
import {storeDocuments, writeOciImage} from './oci-image.js';

/** A directory with an OCI layout (image-spec, image-layout.md), made where there is none; other images in it stay. */
export function layoutTarget(directory: string, name: string | null): ImageTarget {
  const blobs = directoryBlobs(directory);
  let written: Document | null = null;
  return {
    write: async (image) => {
      await saying(directory, () => mkdir(path.join(directory, 'blobs/sha256'), {recursive: true}));
      await Promise.all([directory, path.join(directory, 'blobs/sha256')].map(removeAbandoned));
      const {image: made, documents} = await writeOciImage(image, blobs);
      written = await storeDocuments(documents, blobs);
      return made;
    },
    publish: async () => {
      if (written === null) {
        throw new Error('nothing was written to publish');
      }
      await replaceFile(path.join(directory, 'oci-layout'), layoutFile);
      await replaceFile(path.join(directory, 'index.json'), JSON.stringify(addToIndex(await readIndex(directory), written, name)));
    },
    discard: () => Promise.resolve(), // blobs that nothing names do no harm, and another image may share them
  };
}

async function readIndex(directory: string): Promise<LayoutIndex> {
  try {
    return JSON.parse(await readFile(path.join(directory, 'index.json'), 'utf8')) as LayoutIndex;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return {};
    }
    throw new WinnowError(`cannot add to the OCI layout ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'name another directory', cause});
  }
}

function directoryBlobs(directory: string): BlobStore {
  const fileOf = (digest: string): string => path.join(directory, 'blobs', digest.replace(':', '/'));
  const put: BlobStore['put'] = async (chunks, known) => {
    if (known !== null && await isThere(fileOf(known))) {
      return {digest: known, size: (await stat(fileOf(known))).size};
    }
    const temporary = temporaryName(path.join(directory, 'blobs/sha256/new'));
    const blob = digested(chunks, known);
    await writeChunks(temporary, blob.chunks);
    try {
      const {digest, size} = blob.result();
      await (await isThere(fileOf(digest)) ? rm(temporary) : renameTo(temporary, fileOf(digest)));
      return {digest, size};
    } catch (error) {
      await rm(temporary, {force: true});
      throw error;
    }
  };
  return {
    put,
    hasManifest: () => Promise.resolve(false), // a layout may lack what its manifests list
    putManifest: async ({bytes}, digest) => void (await put(chunkOf(bytes), digest)),
    takesParts: true,
  };
}

const isThere = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

async function replaceFile(file: string, content: string): Promise<void> {
  const temporary = temporaryName(file);
  await writeChunks(temporary, chunkOf(Buffer.from(content)));
  await renameTo(temporary, file);
}
