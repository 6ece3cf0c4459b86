import {Buffer} from 'node:buffer';
import {ByteReader, type Chunks} from '../image/byte-reader.js';
import {decodeOrder, type LayerRecipe, mismatch, type Source} from './layer-recipe.js';

const names: Readonly<Record<Source, string>> = {kept: 'debloated layer', removed: 'remainder layer', inline: 'recipe'};

/**
 * The original layer, bit for bit, of the two that `splitLayer` made; the caller checks its digest.
 * @param removed null where the remainder has no layer for it
 * @throws WinnowError where they have not the bytes that the recipe asks for
 */
export async function* joinLayer(kept: Chunks, removed: Chunks | null, {order, inline}: LayerRecipe): AsyncGenerator<Uint8Array, void, undefined> {
  const readers: Readonly<Record<Source, ByteReader>> = {
    kept: new ByteReader(kept), removed: new ByteReader(removed ?? chunksOf()), inline: new ByteReader(chunksOf(Buffer.from(inline, 'base64'))),
  };
  try {
    for (const {source, bytes} of decodeOrder(order)) {
      const from = source === 'added' ? 'kept' : source;
      for (let left = bytes; left > 0; ) {
        const chunk = await readers[from].next(left);
        if (chunk === null) {
          throw mismatch(`a ${names[from]} has less than its recipe says`);
        }
        left -= chunk.length;
        if (source !== 'added') {
          yield chunk;
        }
      }
    }
    if ((await readers.kept.next(1)) !== null) {
      throw mismatch('a debloated layer has more than its recipe says');
    }
  } finally {
    await Promise.all(Object.values(readers).map((reader) => reader.close()));
  }
}

/** Of the original layer. @throws WinnowError for an order that is none */
export function joinedBytes({order}: LayerRecipe): number {
  return decodeOrder(order).reduce((sum, {source, bytes}) => sum + (source === 'added' ? 0 : bytes), 0);
}

async function* chunksOf(...chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* chunks;
  await Promise.resolve();
}
