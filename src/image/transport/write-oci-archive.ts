import {Buffer} from 'node:buffer';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {blobName} from '../archive-manifest.js';
import {type BlobStore, chunkOf, digested} from './blob-store.js';
import {addToIndex, layoutFile} from './layout-index.js';
import {removeAbandoned, renameTo, temporaryName} from './new-file.js';
import type {ImageTarget, NewImage, WrittenImage} from './new-image.js';
import {NewTarFile} from './new-tar-file.js';
import {storeDocuments, writeOciImage} from './oci-image.js';

/** An OCI layout of one image in a tar file: the same image gives the same bytes. Whoever looks sees the old file or the whole new one. */
export function ociArchiveTarget(file: string, name: string | null): ImageTarget {
  const temporary = temporaryName(file);
  return {
    write: async (image) => {
      await removeAbandoned(path.dirname(file));
      await rm(temporary, {force: true});
      const archive = await NewTarFile.create(temporary);
      try {
        return await writeLayout(image, name, archive);
      } catch (error) {
        await rm(temporary, {force: true});
        throw error;
      } finally {
        await archive.close();
      }
    },
    publish: () => renameTo(temporary, file),
    discard: () => rm(temporary, {force: true}),
  };
}

async function writeLayout(image: NewImage, name: string | null, archive: NewTarFile): Promise<WrittenImage> {
  const blobs = archiveBlobs(archive);
  const {image: made, documents} = await writeOciImage(image, blobs);
  const root = await storeDocuments(documents, blobs);
  await archive.append(chunkOf(Buffer.from(JSON.stringify(addToIndex({}, root, name)))), () => 'index.json');
  await archive.append(chunkOf(Buffer.from(layoutFile)), () => 'oci-layout');
  await archive.finish();
  return made;
}

function archiveBlobs(archive: NewTarFile): BlobStore {
  const sizes = new Map<string, number>();
  const put: BlobStore['put'] = async (chunks, known) => {
    const there = known === null ? undefined : sizes.get(known);
    if (known !== null && there !== undefined) {
      return {digest: known, size: there};
    }
    const blob = digested(chunks, known);
    let result = {digest: '', size: 0};
    await archive.append(blob.chunks, () => {
      result = blob.result();
      return sizes.has(result.digest) ? null : blobName(result.digest);
    });
    sizes.set(result.digest, result.size);
    return result;
  };
  return {
    put,
    hasManifest: (digest) => Promise.resolve(sizes.has(digest)),
    putManifest: async ({bytes}, digest) => void (await put(chunkOf(bytes), digest)),
    takesParts: true,
  };
}
