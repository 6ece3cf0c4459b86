import {Ajv} from 'ajv';
import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {readTar} from '../image/tar-reader.js';
import {writeTar} from '../image/tar-writer.js';
import type {NewLayer} from '../image/transport/new-image.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import {lazily} from '../model/lazily.js';
import {type LayerRecipe, mismatch} from './layer-recipe.js';

/** What a remainder holds beside the removed entries, in a layer of its own; docs/debloat.md, "Remainder". */
export interface Remainder {
  readonly schema: typeof schemaName;
  /** `sha256:…` of the original's config. */
  readonly image: string;
  /** The original's config, in base64. */
  readonly config: string;
  /** The original's manifest, and the indexes it was in, outermost first, in base64; none where an engine or `docker save` gave it. */
  readonly manifest?: string;
  readonly indexes?: readonly string[];
  /** One for each layer of the original; null where the debloated image has it unchanged. */
  readonly layers: readonly (RemainderLayer | null)[];
}

export interface RemainderLayer extends LayerRecipe {
  readonly diffId: string;
  /** Which of the remainder's layers holds what was removed, 0 = lowest; null where nothing was. */
  readonly removed: number | null;
}

const schemaName = 'winnow.remainder/1';
const fileName = '.winnow/remainder.json';

export async function remainderLayer(remainder: Omit<Remainder, 'schema'>): Promise<NewLayer> {
  const content = Buffer.from(JSON.stringify({schema: schemaName, ...remainder}));
  const layer = await buffer(writeTar([{name: fileName, bytes: content.length, content: chunkOf(content)}]));
  return {bytes: layer.length, open: () => chunkOf(layer), stored: null, compression: 'gzip'};
}

/** @throws WinnowError where the image is no remainder */
export async function readRemainder({image, layers}: OpenedImage): Promise<Remainder> {
  const top = layers.at(-1);
  if (top !== undefined && top.entries.length === 1) {
    for await (const {header, content} of readTar(top.read(0, top.bytes))) {
      if (header.name === fileName) {
        return parse(await buffer(content), image.name);
      }
    }
  }
  throw noRemainder(image.name);
}

function parse(bytes: Buffer, name: string): Remainder {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (remainderCheck()(value)) {
      return value;
    }
  } catch (cause) {
    throw noRemainder(name, cause);
  }
  throw noRemainder(name);
}

const noRemainder = (name: string, cause?: unknown): Error => mismatch(`${name} is no remainder`, cause);

async function* chunkOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
  await Promise.resolve();
}

const digest = {type: 'string', pattern: '^sha256:[0-9a-f]{64}$'};

const remainderCheck = lazily(() => new Ajv({allowUnionTypes: true}).compile<Remainder>({
  type: 'object',
  required: ['schema', 'image', 'config', 'layers'],
  properties: {
    schema: {const: schemaName},
    image: digest,
    config: {type: 'string'},
    manifest: {type: 'string'},
    indexes: {type: 'array', items: {type: 'string'}},
    layers: {
      type: 'array',
      items: {
        type: ['object', 'null'],
        required: ['diffId', 'removed', 'order', 'inline'],
        properties: {diffId: digest, removed: {type: ['integer', 'null'], minimum: 0}, order: {type: 'string'}, inline: {type: 'string'}},
      },
    },
  },
}));
