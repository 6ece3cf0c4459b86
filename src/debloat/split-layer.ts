import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {archiveError} from '../image/archive-error.js';
import type {Chunks} from '../image/byte-reader.js';
import {tarEnd} from '../image/tar-writer.js';
import type {OpenedLayer} from '../image/transport/opened-image.js';
import {formatBytes} from '../model/units.js';
import {type LayerRecipe, OrderRecorder, type Source} from './layer-recipe.js';
import type {LayerSplit} from './layer-split.js';

/** A stretch of the original layer, from `start` to before `end`, or bytes that it has not. */
export type Part = {readonly start: number; readonly end: number} | Buffer;

export interface LayerParts {
  /** The debloated layer: every entry bit for bit with all its headers and its padding. */
  readonly kept: readonly Part[];
  /** The remainder's layer; null where nothing goes there. */
  readonly removed: readonly Part[] | null;
  readonly recipe: LayerRecipe;
}

/** What goes inline is hard links, which have no content, but in layers that no engine makes. */
const maxInlineBytes = 16 * 2 ** 20;

/** Cuts a layer in two as planned. What belongs to no entry, global pax headers and the trailer, is kept. @throws WinnowError */
export async function splitLayer(layer: Pick<OpenedLayer, 'entries' | 'bytes' | 'read'>, {fates, added}: LayerSplit): Promise<LayerParts> {
  const order = new OrderRecorder();
  const cuts: Record<Source, Part[]> = {kept: [], removed: [], inline: []};
  const take = (source: Source, start: number, end: number): void => {
    order.add(source, end - start);
    extend(cuts[source], start, end);
  };
  let at = 0;
  for (const [index, {start, end}] of layer.entries.entries()) {
    take('kept', at, start);
    take(sources[fates[index] ?? 'keep'], start, end);
    at = end;
  }
  cuts.kept.push(...added);
  order.add('added', sizeOf(added));
  take('kept', at, layer.bytes);
  const inline = await readInline(layer, cuts.inline);
  return {kept: cuts.kept, removed: cuts.removed.length === 0 ? null : [...cuts.removed, tarEnd], recipe: {order: order.order, inline}};
}

const sources = {keep: 'kept', remove: 'removed', inline: 'inline'} as const;

export const sizeOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part.end - part.start), 0);

/** The bytes of parts, one after the other. */
export async function* readParts(parts: readonly Part[], read: OpenedLayer['read']): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) {
      yield part;
    } else {
      yield* read(part.start, part.end);
    }
  }
}

function extend(parts: Part[], start: number, end: number): void {
  const last = parts.at(-1);
  if (last !== undefined && !Buffer.isBuffer(last) && last.end === start) {
    parts[parts.length - 1] = {start: last.start, end};
  } else if (end > start) {
    parts.push({start, end});
  }
}

async function readInline({read}: {readonly read: (start: number, end: number) => Chunks}, parts: readonly Part[]): Promise<string> {
  if (sizeOf(parts) > maxInlineBytes) {
    throw archiveError(`more than ${formatBytes(maxInlineBytes)} would go that can stand in no layer without what stays`);
  }
  return (await buffer(readParts(parts, read))).toString('base64');
}
