import {Ajv} from 'ajv';
import type Docker from 'dockerode';
import {mkdir, open, readdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {randomUUID} from 'node:crypto';
import {promisify} from 'node:util';
import zlib from 'node:zlib';
import {fileTypes, packageManagers, type ImageIndex, type ImageReference} from '../model/image-index.js';
import {lazily} from '../model/lazily.js';
import {WinnowError} from '../model/winnow-error.js';
import {findImage, readEngineImage} from './engine.js';

/** An index in the store: `images/<hex of the image id>.json.gz`. The version changes with what is read from images. */
interface CachedIndex extends ImageIndex {
  readonly schema: typeof schemaName;
}

const schemaName = 'winnow.image-index/4';
const suffix = '.json.gz';

/**
 * The index of an engine's image, from the store where it was read before. An image never changes under its id, so
 * a cached index is never stale; one that is corrupt is made again.
 * @throws WinnowError where the engine has no such image or its export cannot be read
 */
export async function loadImageIndex(engine: Docker, name: string, storeDirectory: string): Promise<ImageIndex> {
  const {id} = await findImage(engine, name);
  const cached = await readCachedIndex(storeDirectory, id);
  if (cached !== null) {
    return {...cached, image: {...cached.image, name}};
  }
  const index = await readEngineImage(engine, name);
  await writeCachedIndex(storeDirectory, index);
  return index;
}

/** The index as it was last read from an engine; null where there is none, or none that is whole. Needs no engine. */
export async function readCachedIndex(storeDirectory: string, imageId: string): Promise<ImageIndex | null> {
  try {
    const text = await promisify(zlib.gunzip)(await readFile(cachePath(storeDirectory, imageId)));
    const value: unknown = JSON.parse(text.toString('utf8'));
    if (!cachedIndexCheck()(value) || value.image.id !== imageId) {
      return null;
    }
    const {schema: _, ...index} = value;
    return index;
  } catch (error) {
    if (isUnreadable(error)) {
      return null;
    }
    throw error;
  }
}

/** References of all images that have a cached index, by the name each was first loaded under. Needs no engine. */
export async function listCachedImages(storeDirectory: string): Promise<ImageReference[]> {
  const names = await readdir(imagesDirectory(storeDirectory)).catch((error: unknown) => {
    if (isUnreadable(error)) {
      return [];
    }
    throw error;
  });
  const references: ImageReference[] = [];
  for (const name of names.filter((name) => name.endsWith(suffix)).sort()) {
    const index = await readCachedIndex(storeDirectory, `sha256:${path.basename(name, suffix)}`);
    references.push(...(index === null ? [] : [index.image]));
  }
  return references;
}

/** Another process sees the whole file or none: it is written beside its place and renamed once it is on the disk. */
async function writeCachedIndex(storeDirectory: string, index: ImageIndex): Promise<void> {
  const content: CachedIndex = {schema: schemaName, ...index};
  const finalPath = cachePath(storeDirectory, index.image.id);
  const temporaryPath = `${finalPath}.${randomUUID()}.tmp`;
  try {
    await mkdir(imagesDirectory(storeDirectory), {recursive: true});
    const file = await open(temporaryPath, 'wx');
    try {
      await file.writeFile(await promisify(zlib.gzip)(JSON.stringify(content)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporaryPath, finalPath);
  } catch (cause) {
    await rm(temporaryPath, {force: true}).catch(() => undefined); // the first error tells more
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WinnowError(`the image's file index cannot be kept: ${reason}`, {hint: 'make room, or name another store with --store DIR', cause});
  }
}

const imagesDirectory = (storeDirectory: string): string => path.join(storeDirectory, 'images');

const cachePath = (storeDirectory: string, imageId: string): string =>
  path.join(imagesDirectory(storeDirectory), imageId.replace(/^sha256:/, '') + suffix);

/** The file system has it not or keeps it back, it is not gzip, cut off, or not JSON. */
function isUnreadable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return error instanceof SyntaxError || /^(Z_|E(?!RR_))/.test(code);
}

const digest = {type: 'string', pattern: '^sha256:[0-9a-f]{64}$'};
const count = {type: 'integer', minimum: 0};
const textOrNull = {type: ['string', 'null']};

const fileProperties = {
  path: {type: 'string', pattern: '^/.'},
  type: {enum: fileTypes},
  layer: count,
  bytes: count,
  mode: {...count, maximum: 0o7777},
  uid: count,
  gid: count,
  linkTarget: textOrNull,
  hardLinkGroup: {...count, type: ['integer', 'null']},
  package: textOrNull,
  interpreter: textOrNull,
  digest: textOrNull,
};

const text = {type: 'string'};

const packageProperties = {
  manager: {enum: packageManagers},
  name: text,
  version: text,
  architecture: text,
  source: {type: ['object', 'null'], required: ['name', 'version'], additionalProperties: false, properties: {name: text, version: text}},
};

const cachedIndexCheck = lazily(() => new Ajv({allowUnionTypes: true}).compile<CachedIndex>({
  type: 'object',
  required: ['schema', 'image', 'packages', 'distribution', 'files'],
  properties: {
    schema: {const: schemaName},
    image: {
      type: 'object',
      required: ['name', 'id', 'layers'],
      properties: {name: text, id: digest, layers: {type: 'array', items: digest}},
    },
    packages: {
      type: 'array',
      items: {type: 'object', required: Object.keys(packageProperties), additionalProperties: false, properties: packageProperties},
    },
    distribution: {type: 'object', required: ['id', 'version'], properties: {id: text, version: text}},
    files: {
      type: 'array',
      items: {type: 'object', required: Object.keys(fileProperties), additionalProperties: false, properties: fileProperties},
    },
  },
}));
