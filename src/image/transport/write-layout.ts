import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {access, mkdir, readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import {observe} from '../byte-reader.js';
import type {ImageTarget} from './new-image.js';
import {removeAbandoned, renameTo, saying, temporaryName, writeChunks} from './new-file.js';
import {type BlobStore, chunkOf, type Document, type OciDescriptor} from './blob-store.js';
import {writeOciImage} from './oci-image.js';

interface LayoutIndex {
  readonly manifests?: readonly (OciDescriptor & {readonly annotations?: Readonly<Record<string, string>>})[];
}

export const refName = 'org.opencontainers.image.ref.name';

/** A directory with an OCI layout (image-spec, image-layout.md), made where there is none; other images in it stay. */
export function layoutTarget(directory: string, name: string | null): ImageTarget {
  const blobs = directoryBlobs(directory);
  let written: Document | null = null;
  return {
    write: async (image) => {
      await saying(directory, () => mkdir(path.join(directory, 'blobs/sha256'), {recursive: true}));
      await Promise.all([directory, path.join(directory, 'blobs/sha256')].map(removeAbandoned));
      const {image: made, documents} = await writeOciImage(image, blobs);
      for (const document of documents) {
        await blobs.putManifest(document, document.digest);
      }
      written = documents.at(-1) ?? null;
      return made;
    },
    publish: async () => {
      if (written === null) {
        throw new Error('nothing was written to publish');
      }
      await replaceFile(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
      await replaceFile(path.join(directory, 'index.json'), JSON.stringify(addTo(await readIndex(directory), written, name)));
    },
    discard: () => Promise.resolve(), // blobs that nothing names do no harm, and another image may share them
  };
}

/** The index with the image under its name, in place of the one that had it. */
function addTo(index: LayoutIndex, {mediaType, digest: own, bytes}: Document, name: string | null): object {
  const others = (index.manifests ?? []).filter(({digest, annotations}) => (annotations?.[refName] ?? null) !== name || (name === null && digest !== own));
  return {schemaVersion: 2, ...index, manifests: [...others, {mediaType, digest: own, size: bytes.length, ...(name === null ? {} : {annotations: {[refName]: name}})}]};
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
    const hash = createHash('sha256');
    let size = 0;
    await writeChunks(temporary, observe(chunks, (chunk) => {
      hash.update(chunk);
      size += chunk.length;
    }));
    const digest = `sha256:${hash.digest('hex')}`;
    if (known !== null && known !== digest) {
      await rm(temporary, {force: true});
      throw new WinnowError(`a blob became ${digest} instead of ${known}`, {hint: 'it changed while it was read; try again'});
    }
    await (await isThere(fileOf(digest)) ? rm(temporary) : renameTo(temporary, fileOf(digest)));
    return {digest, size};
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
