import {randomUUID} from 'node:crypto';
import {access, mkdir, open, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';

const temporaryName = /^\..+\.tmp$/;
/** No write takes this long, so an older temporary file was left by a crash. */
const abandonedAfterMs = 3_600_000;

/**
 * Makes `file` with the content `write` puts into a temporary file beside it. Readers see the whole file or none,
 * whenever this process or the machine stops. Makes the directory where it is missing.
 */
export async function writeAtomically(file: string, write: (temporaryFile: string) => Promise<void>): Promise<void> {
  const directory = path.dirname(file);
  const temporaryFile = path.join(directory, `.${path.basename(file)}.${randomUUID()}.tmp`);
  await mkdir(directory, {recursive: true});
  try {
    await write(temporaryFile);
    await syncToDisk(temporaryFile);
    await rename(temporaryFile, file);
    await syncToDisk(directory);
  } catch (error) {
    await rm(temporaryFile, {force: true});
    throw error;
  }
}

/** Removes what crashed writers left in a directory. */
export async function removeAbandoned(directory: string, nowMs: number): Promise<void> {
  const names = await readdirIfThere(directory);
  for (const name of names.filter((candidate) => temporaryName.test(candidate))) {
    const file = path.join(directory, name);
    const modifiedMs = await stat(file).then(({mtimeMs}) => mtimeMs, () => nowMs);
    if (nowMs - modifiedMs > abandonedAfterMs) {
      await rm(file, {force: true});
    }
  }
}

/** Names in a directory, sorted; none where there is no such directory. */
export async function readdirIfThere(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}

export const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function syncToDisk(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
