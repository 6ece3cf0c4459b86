import {cp, mkdtemp, readdir, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import {freePort} from '../tour/free-port.js';

const here = import.meta.dirname;

export interface AcceptanceImage {
  readonly tag: string;
  /** With `winnow.yaml`, what it is profiled and verified with, and `held-out.yaml`, what it is asked to do besides. To be removed by the caller. */
  readonly directory: string;
}

/** All images of the set, by name. */
export async function acceptanceNames(): Promise<string[]> {
  const entries = await readdir(here, {withFileTypes: true});
  return entries.filter((entry) => entry.isDirectory()).map(({name}) => name).sort();
}

/** Makes the image where the engine doesn't have it, and its configs with a port that is free. */
export async function prepareImage(name: string): Promise<AcceptanceImage> {
  await execa(path.join(here, 'build'), [name]);
  const directory = await mkdtemp(path.join(tmpdir(), `winnow-acceptance-${name}-`));
  const port = String(await freePort());
  await cp(path.join(here, name), directory, {recursive: true, filter: (source) => path.basename(source) !== 'image'});
  for (const file of await readdir(directory)) {
    const text = await readFile(path.join(directory, file), 'utf8');
    await writeFile(path.join(directory, file), text.replaceAll('@PORT@', port).replaceAll('@HERE@', directory));
  }
  return {tag: `winnow-acceptance/${name}:${process.env['WINNOW_TEST_TAG'] ?? '1'}`, directory};
}
