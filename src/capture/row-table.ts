import type {ImageTree} from '../image/tree.js';
import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ResolvedAccess} from './resolve.js';

type Mutable<T> = {-readonly [K in keyof T]: T[K]};
export type Row = Mutable<AccessRow>;

/** The process that made an access. */
export interface Accessor {
  readonly processId: number;
  readonly pid: number;
  readonly ppid: number;
  readonly exe: ContainerPath;
}

export interface FoundRow {
  readonly row: Row;
  /** True where this access is the row's first. */
  readonly isFresh: boolean;
  /** True where the row stands for more than one process's accesses to one path. */
  readonly isFolded: boolean;
}

/** Enough for some 80,000 rows of common paths: many times what test suites make. */
export const defaultDetailBytes = 64 << 20;

/** What a row takes beside its path, as V8 keeps it, and how often the path's bytes lie in memory (in the row and in its key). */
const rowBytes = 700;
const bytesPerCharacter = 4;

/**
 * The rows of a run, in bounded memory however many paths and processes a container makes up. Up to `detailBytes`, as
 * estimated, each process, path, operation and result has a row of its own. Beyond, an image's file still has a row for
 * each operation and result, but for all processes together; what is not of the image (absent, made during the run,
 * mounted) is summed up below the nearest directory of the image: a row whose path ends in "/".
 */
export class RowTable {
  readonly #tree: ImageTree;
  readonly #detailBytes: number;
  readonly #rows = new Map<string, Row>();
  readonly #folded = new Map<string, Row>();
  #bytes = 0;

  constructor(tree: ImageTree, detailBytes = defaultDetailBytes) {
    this.#tree = tree;
    this.#detailBytes = detailBytes;
  }

  /** The row that an access belongs to, its count not yet raised. */
  find(access: ResolvedAccess, by: Accessor, timeNs: bigint): FoundRow {
    const key = `${by.processId} ${access.op} ${access.errno} ${access.path}`;
    const own = this.#rows.get(key);
    if (own !== undefined) {
      return {row: own, isFresh: false, isFolded: false};
    }
    const bytes = rowBytes + bytesPerCharacter * access.path.length;
    if (this.#bytes + bytes > this.#detailBytes) {
      return this.#fold(access, timeNs);
    }
    this.#bytes += bytes;
    const {pid, ppid, exe} = by;
    const row = {...access, count: 0, firstNs: timeNs, lastNs: timeNs, pid, ppid, exe};
    this.#rows.set(key, row);
    return {row, isFresh: true, isFolded: false};
  }

  get rows(): AccessRow[] {
    return [...this.#rows.values(), ...this.#folded.values()];
  }

  #fold(access: ResolvedAccess, timeNs: bigint): FoundRow {
    const {op, errno, origin} = access;
    const path = origin === 'image' ? access.path : `${this.#directoryAbove(access.path)}/`;
    const key = `${origin} ${op} ${errno} ${path}`;
    const known = this.#folded.get(key);
    if (known !== undefined) {
      return {row: known, isFresh: false, isFolded: true};
    }
    const where = origin === 'image' ? access : {...access, path, dev: 0, inode: 0n, linkTarget: null};
    const row = {...where, count: 0, firstNs: timeNs, lastNs: timeNs, pid: 0, ppid: 0, exe: ''};
    this.#folded.set(key, row);
    return {row, isFresh: true, isFolded: true};
  }

  /** From the top, since an image's directories are few levels deep and a made-up path may have 2,000. */
  #directoryAbove(path: ContainerPath): ContainerPath {
    let directory: ContainerPath = '/';
    for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
      const below = path.slice(0, end);
      if (this.#tree.get(below)?.type !== 'directory') {
        break;
      }
      directory = below;
    }
    return directory;
  }
}
