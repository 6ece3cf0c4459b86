import {randomUUID} from 'node:crypto';
import {type FileHandle, open, readdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import {isAbandoned, markPattern, ownerMark} from './owner-mark.js';

/** A name beside a file, for what is to become it. */
export const temporaryName = (file: string): string => path.join(path.dirname(file), `.${path.basename(file)}.${ownerMark()}-${randomUUID().slice(0, 8)}.tmp`);

const temporaryFile = new RegExp(String.raw`^\..+\.(${markPattern})-[0-9a-f]{8}\.tmp$`, 's');

/** Removes what processes left in a directory that were killed at writing. */
export async function removeAbandoned(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []); // whoever writes there is told
  for (const name of names) {
    const mark = temporaryFile.exec(name)?.[1];
    if (mark !== undefined && isAbandoned(mark)) {
      await rm(path.join(directory, name), {force: true}).catch(() => undefined); // somebody else's to remove
    }
  }
}

/** Writes a file that is on the disk when it is done. @throws WinnowError where it cannot; it is not there then */
export async function writeChunks(file: string, chunks: Chunks): Promise<void> {
  const handle = await saying(file, () => open(file, 'wx'));
  try {
    for await (const chunk of chunks) {
      await saying(file, () => writeAll(handle, chunk));
    }
    await saying(file, () => handle.sync());
  } catch (error) {
    await rm(file, {force: true});
    throw error;
  } finally {
    await handle.close();
  }
}

/** Gives a file on the disk its name there. @throws WinnowError where it cannot */
export async function renameTo(temporary: string, file: string): Promise<void> {
  await saying(file, async () => {
    await rename(temporary, file);
    const directory = await open(path.dirname(file));
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  });
}

/** @param at where in the file; behind what was written last by default */
export async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number | null = null): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const {bytesWritten} = await handle.write(chunk, written, null, at === null ? null : at + written);
    written += bytesWritten;
  }
}

export async function saying<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'make room, or choose another place', cause});
  }
}
