import {randomUUID} from 'node:crypto';
import {open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import {dockerArchive} from './docker-archive.js';
import type {ImageTarget, WrittenImage} from './new-image.js';

/** A file that `docker load` reads; whoever looks sees the old one or the whole new one. */
export function archiveTarget(file: string, name: string | null): ImageTarget {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  return {
    write: async (image) => {
      let written: WrittenImage | undefined;
      await writeFile(temporary, dockerArchive(image, {tags: name === null ? [] : [withTag(name)], onWritten: (made) => void (written = made)}));
      if (written === undefined) {
        throw new Error('an archive without an image');
      }
      return written;
    },
    publish: () => saying(file, async () => {
      await rename(temporary, file);
      await sync(path.dirname(file));
    }),
    discard: () => rm(temporary, {force: true}),
  };
}

/** Docker loads no name without a tag. */
const withTag = (name: string): string => (/:[^/]*$/.test(name) ? name : `${name}:latest`);

async function writeFile(file: string, chunks: Chunks): Promise<void> {
  const handle = await saying(file, () => open(file, 'wx'));
  try {
    for await (const chunk of chunks) {
      await saying(file, () => handle.writeFile(chunk));
    }
    await saying(file, () => handle.sync());
  } catch (error) {
    await rm(file, {force: true});
    throw error;
  } finally {
    await handle.close();
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function saying<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'make room, or choose another place', cause});
  }
}
