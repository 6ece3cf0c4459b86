import type {ArchiveBudget} from '../archive-budget.js';
import type {ArchiveContents, StoredLayer} from '../archive-contents.js';
import type {ArchivedImage} from '../archive-manifest.js';
import type {Chunks} from '../byte-reader.js';
import {verifiedLayers} from '../image-archive.js';
import {type LayerListing, listLayer} from '../layer-reader.js';
import type {OpenedLayer} from './opened-image.js';
import type {Spool} from './spool.js';

export interface ListedLayer extends LayerListing {
  /** Where the layer stands unpacked; null where it is stored so. */
  readonly unpacked: {readonly spool: Spool; readonly start: number} | null;
}

/** @param spool takes the unpacked layer; null where what is stored can be read anywhere */
export async function listStored(layer: Chunks, {budget, spool}: {readonly budget: ArchiveBudget; readonly spool: Spool | null}): Promise<ListedLayer> {
  if (spool === null) {
    return {...await listLayer(layer, budget), unpacked: null};
  }
  const start = spool.bytes;
  return {...await listLayer(spool.tee(layer), budget), unpacked: {spool, start}};
}

/** The image's layers, lowest first. @throws WinnowError where one is missing or not what it should be */
export function openedLayers(image: ArchivedImage, contents: Pick<ArchiveContents<ListedLayer>, 'layers' | 'realName'>, read: (stored: StoredLayer<ListedLayer>, range: Range) => Chunks): OpenedLayer[] {
  const opened = new Map<string, OpenedLayer>();
  return verifiedLayers(image, contents).map((stored) => {
    const layer = opened.get(stored.layer.diffId) ?? openedLayer(stored, image, read);
    opened.set(layer.diffId, layer);
    return layer;
  });
}

/** Of a blob. */
interface Range {
  readonly start: number;
  readonly end: number;
}

function openedLayer(stored: StoredLayer<ListedLayer>, {manifest}: ArchivedImage, read: (stored: StoredLayer<ListedLayer>, range: Range) => Chunks): OpenedLayer {
  const {layer: {unpacked, ...listing}, bytes, compression, digest} = stored;
  return {
    ...listing,
    read: (start, end) => (unpacked === null ? read(stored, {start, end}) : unpacked.spool.read(unpacked.start + start, unpacked.start + end)),
    blob: {digest: digest ?? listing.diffId, bytes, compression, open: () => read(stored, {start: 0, end: bytes})},
    storeAs: manifest === null ? (compression ?? 'gzip') : compression,
  };
}
