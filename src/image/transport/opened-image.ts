import type {Buffer} from 'node:buffer';
import type {ImageReference} from '../../model/image-index.js';
import type {Chunks} from '../byte-reader.js';
import type {Compression} from '../decompress.js';
import type {LayerListing} from '../layer-reader.js';

/** A layer as it is stored. */
export interface StoredBlob {
  /** `sha256:…` of the stored bytes. */
  readonly digest: string;
  readonly bytes: number;
  readonly compression: Compression | null;
  readonly open: () => Chunks;
}

export interface OpenedLayer extends LayerListing {
  /** The uncompressed layer's bytes from `start` to before `end`. */
  readonly read: (start: number, end: number) => Chunks;
  readonly blob: StoredBlob;
  /** How a registry or layout is to keep it: as it is where it comes of one, else gzip. */
  readonly storeAs: Compression | null;
}

/** An image whose layers are listed, checked against their digests, and can be read anywhere. */
export interface OpenedImage {
  readonly image: ImageReference;
  /** `linux/arm64` */
  readonly platform: string;
  readonly config: Buffer;
  /** Lowest first; a layer that stands twice is the same object twice. */
  readonly layers: readonly OpenedLayer[];
  readonly close: () => Promise<void>;
}
