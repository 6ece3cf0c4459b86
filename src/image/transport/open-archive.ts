import type {Stats} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {WinnowError} from '../../model/winnow-error.js';
import {ArchiveBudget, type ArchiveLimits} from '../archive-budget.js';
import {readArchiveContents, type StoredRange} from '../archive-contents.js';
import {blobName, chooseImage, type DocumentSource, type ImageChoice} from '../archive-manifest.js';
import type {Chunks} from '../byte-reader.js';
import type {Compression} from '../decompress.js';
import {type ListedLayer, listStored, openedLayers} from './open-layers.js';
import {openedManifest} from './opened-manifest.js';
import type {OpenedImage} from './opened-image.js';
import {type ByteSource, readRange, Spool} from './spool.js';

export interface OpenOptions extends ImageChoice {
  readonly limits?: Partial<ArchiveLimits>;
}

/** Opens a `docker save` stream, kept in a temporary file. @throws WinnowError as `readImageArchive` does */
export async function openArchiveStream(chunks: Chunks, options: OpenOptions): Promise<OpenedImage> {
  const archive = await Spool.open();
  return openContents(archive.tee(chunks), archive, options);
}

/** Opens an archive of Docker's or an OCI layout in a tar file, or a pipe of one. @throws WinnowError as `readImageArchive` does */
export async function openArchiveFile(name: string, options: OpenOptions): Promise<OpenedImage> {
  const {file, stats} = await openFile(name);
  if (stats.isFile()) {
    const archive = new FileSource(file, stats.size);
    return openContents(archive.read(0, archive.bytes), archive, options);
  }
  if (stats.isDirectory()) {
    await file.close();
    throw unreadable(name, 'it is a directory');
  }
  return openArchiveStream(file.createReadStream(), options);
}

/** @param archive what `chunks` passes over once */
async function openContents(chunks: Chunks, archive: ByteSource, {limits, ...choice}: OpenOptions): Promise<OpenedImage> {
  const sources = [archive];
  const close = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
  };
  try {
    const unpacked = await Spool.open();
    sources.push(unpacked);
    const budget = new ArchiveBudget(limits);
    const readLayer = (layer: Chunks, compression: Compression | null): Promise<ListedLayer> => listStored(layer, {budget, spool: compression === null ? null : unpacked});
    const contents = await readArchiveContents(chunks, {budget, readLayer});
    const documents: DocumentSource = (name) => contents.documents.get(contents.realName(name));
    const image = chooseImage(documents, choice);
    const blobOf = (digest: string): StoredRange | undefined => contents.blobs.get(contents.realName(blobName(digest)));
    return {
      image: {name: choice.name, id: image.id, layers: image.diffIds},
      platform: image.platform,
      config: image.config,
      layers: openedLayers(image, contents, ({start: base}, {start, end}) => archive.read(base + start, base + end)),
      manifest: openedManifest(image, documents, {
        document: ({digest}) => Promise.resolve(documents(blobName(digest)) ?? null),
        has: (digest) => Promise.resolve(blobOf(digest) !== undefined),
        open: (digest) => {
          const {start, bytes} = blobOf(digest) ?? {start: 0, bytes: 0};
          return archive.read(start, start + bytes);
        },
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A file as it is at opening. */
class FileSource implements ByteSource {
  readonly #file: FileHandle;
  readonly bytes: number;

  constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  read(start: number, end: number): Chunks {
    return readRange(this.#file, start, end);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function openFile(name: string): Promise<{readonly file: FileHandle; readonly stats: Stats}> {
  try {
    const file = await open(name);
    return {file, stats: await file.stat()};
  } catch (cause) {
    throw unreadable(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(name: string, reason: string, cause?: unknown): WinnowError {
  return new WinnowError(`cannot read ${name}: ${reason}`, {hint: 'name a file that docker save or a like tool wrote', cause});
}
