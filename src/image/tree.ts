import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';

/** Symlinks one path walk may follow: MAXSYMLINKS in the kernel's include/linux/namei.h. */
const maxLinks = 40;

export interface ResolveOptions {
  /** Absolute path of the directory a relative path starts from. */
  readonly base?: ContainerPath;
  /** False where the call acts on a final symlink itself (lstat, readlink, unlink). */
  readonly followLast?: boolean;
  /** Resolved path of a changed root (chroot(2)): absolute names and link targets start there, and ".." ends there. */
  readonly root?: ContainerPath;
}

export interface Resolution {
  /**
   * Where the walk ended: absolute, without "." and ".." and without symlinks, but for a last one that was not to be
   * followed. After an error it names what was not found: the components not walked are appended up to the next "..".
   */
  readonly path: ContainerPath;
  /** Symlinks that were followed, in order, each by its own resolved path. */
  readonly links: readonly ContainerPath[];
  /** What is at the path; null after an error, and for "/" itself, which no layer provides. */
  readonly file: ImageFile | null;
  readonly error: 'ENOENT' | 'ENOTDIR' | 'ELOOP' | null;
}

/**
 * The image's merged file system as a kernel would walk it. It trusts that every path of the index is resolved and that
 * the index holds every parent, as `readImageArchive` makes it. Permissions are not looked at; an over-long name is ENOENT.
 */
export class ImageTree {
  readonly #files: readonly ImageFile[];
  readonly #positions = new Map<ContainerPath, number>();
  #children: ReadonlyMap<ContainerPath, readonly ImageFile[]> | undefined;

  constructor({files}: Pick<ImageIndex, 'files'>) {
    this.#files = files;
    files.forEach(({path}, at) => this.#positions.set(path, at));
  }

  /** What stands at a resolved path, a symlink as itself. */
  get(path: ContainerPath): ImageFile | undefined {
    const at = this.#positions.get(path);
    return at === undefined ? undefined : this.#files[at];
  }

  /** Where a resolved path stands in the index; −1 where nothing does. */
  positionOf(path: ContainerPath): number {
    return this.#positions.get(path) ?? -1;
  }

  /** For each file of the index, where the directory that holds it stands; −1 in "/". */
  parentPositions(): Int32Array {
    const parents = new Int32Array(this.#files.length);
    let directory = '';
    let position = -1;
    this.#files.forEach(({path}, at) => {
      const end = path.lastIndexOf('/');
      if (end !== directory.length || !path.startsWith(directory)) { // as a rule it is in the directory of the one before
        directory = path.slice(0, end);
        position = this.positionOf(directory);
      }
      parents[at] = position;
    });
    return parents;
  }

  /** Direct entries of the directory at a resolved path, "/" included, in the order of the index. */
  children(directory: ContainerPath): readonly ImageFile[] {
    this.#children ??= groupByParent(this.#files);
    return this.#children.get(directory) ?? [];
  }

  /** Walks a path as path_resolution(7) says; absolute link targets start at the container's root. */
  resolve(path: ContainerPath, {base = '/', followLast = true, root = '/'}: ResolveOptions = {}): Resolution {
    const direct = root === '/' ? this.get(path) : undefined;
    if (direct !== undefined && (direct.type !== 'symlink' || !followLast)) {
      return {path, links: [], file: direct, error: null}; // a path of the index is resolved already
    }
    if (path === '') {
      return {path: base, links: [], file: null, error: 'ENOENT'};
    }
    const top = root === '/' ? '' : root;
    return path.startsWith('/') ? this.#walk(top, path, top, followLast) : this.#walk('', `${base}/${path}`, top, followLast);
  }

  /** "" stands for the root, so that `${current}/${name}` is a path. */
  #walk(start: ContainerPath, path: ContainerPath, top: ContainerPath, followLast: boolean): Resolution {
    const links: ContainerPath[] = [];
    const pending = path.split('/').reverse();
    let current = start;
    let file: ImageFile | null = null;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (file !== null && file.type !== 'directory') {
        return {path: appendPending(current, [...pending, name]), links, file: null, error: 'ENOTDIR'};
      }
      if (name === '' || name === '.') {
        continue; // a trailing slash is an empty last name: what is before it had to be a directory, and was followed
      }
      if (name === '..') {
        current = current === top ? top : current.slice(0, Math.max(0, current.lastIndexOf('/')));
        file = this.get(current) ?? null;
        continue;
      }
      const next: ContainerPath = `${current}/${name}`;
      const found = this.get(next);
      if (found === undefined) {
        return {path: appendPending(next, pending), links, file: null, error: 'ENOENT'};
      }
      if (found.linkTarget === null || (pending.length === 0 && !followLast)) {
        current = next;
        file = found;
        continue;
      }
      if (links.length === maxLinks) {
        return {path: next, links, file: null, error: 'ELOOP'};
      }
      links.push(next);
      pending.push(...found.linkTarget.split('/').reverse());
      if (found.linkTarget.startsWith('/')) {
        current = top;
        file = null;
      }
    }
    return {path: current || '/', links, file, error: null};
  }
}

/** The directory that holds a resolved path; "/" for "/" itself. */
export function parentPath(path: ContainerPath): ContainerPath {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function groupByParent(files: Iterable<ImageFile>): ReadonlyMap<ContainerPath, readonly ImageFile[]> {
  const groups = new Map<ContainerPath, ImageFile[]>();
  for (const file of files) {
    const parent = parentPath(file.path);
    const group = groups.get(parent);
    if (group === undefined) {
      groups.set(parent, [file]);
    } else {
      group.push(file);
    }
  }
  return groups;
}

function appendPending(start: ContainerPath, pending: readonly ContainerPath[]): ContainerPath {
  const names = pending.toReversed();
  const end = names.indexOf('..');
  const walked = (end === -1 ? names : names.slice(0, end)).filter((name) => name !== '' && name !== '.');
  return [start, ...walked].join('/');
}
