import {formatBytes} from '../model/units.js';
import {archiveError} from './archive-error.js';
import type {TarHeader} from './tar-header.js';

export interface ArchiveLimits {
  /** Tar entries of the archive and its layers; bounds memory, which is some 1.2 kB an entry. A name counts once more for each kB. */
  readonly entries: number;
  /** Uncompressed bytes over all layers; bounds the time a decompression bomb takes. */
  readonly bytes: number;
  /** Bytes kept in memory: the archive's JSON documents and the package databases, of which rpm's comes whole with each layer that installs something. */
  readonly keptBytes: number;
}

export const defaultLimits: ArchiveLimits = {entries: 1_000_000, bytes: 256 * 2 ** 30, keptBytes: 512 * 2 ** 20};

/** Counts one archive against its limits. @throws WinnowError when one is exceeded. */
export class ArchiveBudget {
  readonly #limits: ArchiveLimits;
  #entries = 0;
  #bytes = 0;
  #keptBytes = 0;

  constructor(limits: Partial<ArchiveLimits> = {}) {
    this.#limits = {...defaultLimits, ...limits};
  }

  countEntry({name, linkName}: TarHeader): void {
    this.#entries += 1 + Math.floor((name.length + linkName.length) / 1000);
    if (this.#entries > this.#limits.entries) {
      throw archiveError(`more than ${this.#limits.entries} entries, or names as long as that`);
    }
  }

  countBytes(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.bytes) {
      throw archiveError(`its layers unpack to more than ${formatBytes(this.#limits.bytes)}`);
    }
  }

  countKept(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes > this.#limits.keptBytes) {
      throw archiveError(`more than ${formatBytes(this.#limits.keptBytes)} of manifests and package databases`);
    }
  }
}
