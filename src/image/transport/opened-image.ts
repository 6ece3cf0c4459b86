import type {Buffer} from 'node:buffer';
import type {ImageReference} from '../../model/image-index.js';
import type {Descriptor} from '../archive-schemas.js';
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

/** Blobs by digest. */
export interface BlobSource {
  /** A document of a few kB; null where it is not there. */
  readonly document: (descriptor: Descriptor) => Promise<Buffer | null>;
  readonly has: (digest: string) => Promise<boolean>;
  /** The blob from its start, whenever it is asked for. @throws WinnowError while it is read */
  readonly open: (digest: string) => Chunks;
}

/** How an image is listed where it was opened (image-spec, manifest.md and image-index.md). */
export interface OpenedManifest {
  readonly bytes: Buffer;
  /** As `indexesOf` gives them. */
  readonly indexes: readonly Buffer[];
  readonly blobs: BlobSource;
}

/** An image whose layers are listed, checked against their digests, and can be read anywhere. */
export interface OpenedImage {
  readonly image: ImageReference;
  /** `linux/arm64` */
  readonly platform: string;
  readonly config: Buffer;
  /** Lowest first; a layer that stands twice is the same object twice. */
  readonly layers: readonly OpenedLayer[];
  /** Null for an image of an engine, or that `docker save` wrote. */
  readonly manifest: OpenedManifest | null;
  readonly close: () => Promise<void>;
}
