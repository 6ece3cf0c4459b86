import type {Buffer} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {access, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import {maxDocumentBytes} from '../archive-contents.js';
import {archiveError} from '../archive-error.js';
import {blobName} from '../archive-manifest.js';
import type {OpenOptions} from './open-archive.js';
import {openManifest} from './open-manifest.js';
import type {OpenedImage} from './opened-image.js';

/** Opens an image of a directory with an OCI layout (image-spec, image-layout.md). @throws WinnowError as `readImageArchive` does */
export async function openLayout(directory: string, options: OpenOptions): Promise<OpenedImage> {
  const fileOf = (digest: string): string => path.join(directory, blobName(digest));
  const index = await readIfThere(path.join(directory, 'index.json'));
  if (index === null) {
    throw new WinnowError(`${directory} is no OCI layout: it has no index.json`, {hint: 'name a directory that has one'});
  }
  return openManifest(index, {
    document: ({digest}) => readIfThere(fileOf(digest)),
    has: (digest) => access(fileOf(digest)).then(() => true, () => false),
    open: (digest) => readWhole(fileOf(digest)),
  }, options);
}

async function* readWhole(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    await refuseOthers(file);
    yield* createReadStream(file, {highWaterMark: 2 ** 18}) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw cause instanceof WinnowError ? cause : unreadable(file, cause);
  }
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    const size = await refuseOthers(file);
    if (size > maxDocumentBytes) {
      throw archiveError(`${file} is too large for a manifest`);
    }
    return await readFile(file);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      return null;
    }
    throw cause instanceof WinnowError ? cause : unreadable(file, cause);
  }
}

/** A device or pipe may never end; a link to a file is fine, as stores of blobs have them. @returns bytes. @throws WinnowError */
async function refuseOthers(file: string): Promise<number> {
  const found = await stat(file);
  if (!found.isFile()) {
    throw archiveError(`${file} is no regular file`);
  }
  return found.size;
}

function unreadable(file: string, cause: unknown): WinnowError {
  return new WinnowError(`cannot read ${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, {hint: 'copy the layout again', cause});
}
