import {Buffer} from 'node:buffer';
import {buffer} from 'node:stream/consumers';
import {archiveError} from '../image/archive-error.js';
import type {Chunks} from '../image/byte-reader.js';
import type {ListedEntry} from '../image/layer-reader.js';
import {blockBytes, headerBytes} from '../image/tar-header.js';
import {padding, resizeHeader, tarEnd} from '../image/tar-writer.js';
import type {OpenedLayer} from '../image/transport/opened-image.js';
import {pathToText} from '../model/container-path.js';
import {formatBytes} from '../model/units.js';
import {WinnowError} from '../model/winnow-error.js';
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

/**
 * Cuts a layer in two as planned. What belongs to no entry, global pax headers and the trailer, is kept.
 * @param readOther what `read` is of a layer of that diff id
 * @throws WinnowError
 */
export async function splitLayer(layer: Pick<OpenedLayer, 'entries' | 'bytes' | 'read'>, {fates, replaced, added}: LayerSplit, readOther: (diffId: string) => OpenedLayer['read']): Promise<LayerParts> {
  const order = new OrderRecorder();
  const cuts: Record<Source, Part[]> = {kept: [], removed: [], inline: []};
  const take = (source: Source, start: number, end: number): void => {
    order.add(source, end - start);
    extend(cuts[source], start, end);
  };
  let at = 0;
  const add = (parts: readonly Buffer[]): void => {
    cuts.kept.push(...parts);
    order.add('added', sizeOf(parts));
  };
  for (const [index, entry] of layer.entries.entries()) {
    const {start, end} = entry;
    const content = replaced.get(index);
    take('kept', at, start);
    take(content === undefined ? sources[fates[index] ?? 'keep'] : 'removed', start, end);
    add(content === undefined ? [] : await replaceContent(layer, entry, content));
    at = end;
  }
  for (const addition of added) {
    add([Buffer.isBuffer(addition) ? addition : await buffer(readOther(addition.diffId)(addition.start, addition.end))]);
  }
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

/** The entry with all its headers, but for the size. @throws WinnowError for an entry that is no file of its own */
async function replaceContent({read}: Pick<OpenedLayer, 'read'>, {header, path, start, contentStart}: ListedEntry, content: Buffer): Promise<Buffer[]> {
  const head = await buffer(read(start, contentStart));
  if (header.type !== 'file' || headerBytes(head.subarray(-blockBytes)) !== header.bytes) { // a pax record may tell the size, too
    throw new WinnowError(`${pathToText(path).text} cannot have other content: it is a hard link, or larger than 8 GiB`, {hint: 'keep it as it is'});
  }
  return [...resizeHeader(head, content.length), content, padding(content.length)];
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
