import type {Buffer} from 'node:buffer';
import type {Chunks} from '../byte-reader.js';
import type {Compression} from '../decompress.js';
import {sha256} from '../sha256.js';
import type {BlobSource, OpenedManifest, StoredBlob} from './opened-image.js';

export interface NewLayer {
  /** Of the uncompressed layer. */
  readonly bytes: number;
  /** The uncompressed layer, the same bytes whenever it is asked for. */
  readonly open: () => Chunks;
  /** Where the layer is one that is stored already, unchanged. */
  readonly stored: {readonly diffId: string; readonly blob: StoredBlob} | null;
  /** For places that keep layers compressed. */
  readonly compression: Compression | null;
}

/** Where an image stands among those of other platforms; a place that takes one image alone takes no notice of it. */
export interface ImagePlace {
  /** Outermost first: each lists the next, the last the manifest that the new image is to replace. */
  readonly indexes: readonly Buffer[];
  /** `sha256:…` of that manifest. */
  readonly replaces: string;
  /** Has what else they list. */
  readonly source: BlobSource;
  /** Indexes that are to have these bytes where they say the same. */
  readonly wanted: readonly Buffer[];
}

/** The place of what takes an opened image's. Null where that stands alone. */
export const placeOf = (opened: OpenedManifest | null, wanted: readonly Buffer[]): ImagePlace | null =>
  (opened === null || opened.indexes.length === 0 ? null : {indexes: opened.indexes, replaces: sha256(opened.bytes), source: opened.blobs, wanted});

/** An image to be written. */
export interface NewImage {
  /** `linux/arm64` */
  readonly platform: string;
  /** Lowest first; a layer that stands twice is the same object twice. */
  readonly layers: readonly NewLayer[];
  /** @param diffIds of the layers. It may wait for an image that is written at the same time. */
  readonly makeConfig: (diffIds: readonly string[]) => Buffer | Promise<Buffer>;
  /** Null for an image that stands alone. */
  readonly place: ImagePlace | null;
  /** What its manifest is to be where config and layers come out as this says. */
  readonly manifest: Buffer | null;
}

export interface WrittenImage {
  /** `sha256:…` of the config. */
  readonly id: string;
  readonly diffIds: readonly string[];
  /** Uncompressed layers, each that stands twice once. */
  readonly bytes: number;
  /** Digests of what leads to the image and of its layers, as they are stored; null where no manifest lists them. */
  readonly stored: {readonly digest: string; readonly layers: readonly string[]} | null;
}

/** A place that takes one image. Until `publish` nothing there has its name. */
export interface ImageTarget {
  /** @throws WinnowError where it cannot be written; nothing is left then */
  readonly write: (image: NewImage) => Promise<WrittenImage>;
  /** Gives what was written its name, in one step that happens or not. */
  readonly publish: () => Promise<void>;
  /** Takes back what was written and not published. */
  readonly discard: () => Promise<void>;
}
