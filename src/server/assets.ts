import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../model/winnow-error.js';

export interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};

/**
 * The built page by URL path. All of it is read at the start, so a request's path is only ever a key of this map and
 * never a file name.
 * @throws WinnowError where the page has not been built.
 */
export async function loadAssets(root = projectRoot()): Promise<ReadonlyMap<string, Asset>> {
  try {
    const page = await readAssets(path.join(root, 'build/web'), '/');
    const vendor = await readAssets(path.join(root, 'vendor'), '/vendor/');
    const index = page.get('/index.html');
    return new Map([...page, ...vendor, ...(index === undefined ? [] : [['/', index] as const])]);
  } catch (error) {
    throw new WinnowError('the browser page is not built', {hint: 'run scripts/build', cause: error});
  }
}

async function readAssets(directory: string, prefix: string): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>();
  for (const name of await readdir(directory)) {
    const type = types[path.extname(name)];
    if (type !== undefined) {
      assets.set(prefix + name, {type, content: await readFile(path.join(directory, name))});
    }
  }
  return assets;
}

/** The package's folder, from src/ as well as from build/src/. */
function projectRoot(): string {
  let directory = import.meta.dirname;
  while (!existsSync(path.join(directory, 'package.json'))) {
    directory = path.dirname(directory);
  }
  return directory;
}
