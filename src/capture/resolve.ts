import type {AccessRow, Operation, Origin} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Resolution} from '../image/tree.js';
import type {ImageTree} from '../image/tree.js';
import type {AccessTarget, RequestedName} from '../wire/probe-event.js';

/** The part of a row that depends on the file system only. */
export type ResolvedAccess = Pick<
  AccessRow,
  'path' | 'op' | 'ok' | 'errno' | 'dev' | 'inode' | 'linkTarget' | 'origin'
>;

/** Paths that an engine mounts into every container (OCI runtime spec, "Default Filesystems", and Docker's own files). */
export const engineMounts: readonly ContainerPath[] = [
  '/proc', '/sys', '/dev', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/sbin/docker-init', '/run/.containerenv',
];

export interface ResolverOptions {
  readonly tree: ImageTree;
  /** Container paths of bind mounts, volumes and tmpfs, besides the engine's own. */
  readonly mounts?: readonly ContainerPath[];
}

/**
 * Turns what a program asked for into paths of the image: symlinks on the way become accesses of their own, since
 * without the link the name leads nowhere. What the kernel said of identity wins over what the image would say.
 */
export class AccessResolver {
  readonly tree: ImageTree;
  readonly #mounts: readonly ContainerPath[];
  /** Device of the container's root file system, from the probe's scope event; 0 until known. */
  rootDev = 0;

  constructor({tree, mounts = []}: ResolverOptions) {
    this.tree = tree;
    this.#mounts = [...engineMounts, ...mounts];
  }

  /** The links followed, then the path itself; null where a relative name has no known base. */
  resolve(target: AccessTarget, op: Operation, errno: number): ResolvedAccess[] | null {
    if (target.by === 'file') {
      const links = target.requested === undefined ? [] : this.#linksOf(this.#walk(target.requested));
      return [...links, this.#file(target, op)];
    }
    const walk = this.#walk(target);
    return walk === null ? null : [...this.#linksOf(walk), this.#named(walk, op, errno)];
  }

  #walk({base, name, followLast}: RequestedName): Resolution | null {
    if (name.startsWith('/')) {
      return this.tree.resolve(name, {followLast, ...(base === null ? {} : {root: base})});
    }
    return base === null ? null : this.tree.resolve(name, {base, followLast});
  }

  #linksOf(walk: Resolution | null): ResolvedAccess[] {
    return (walk?.links ?? [])
      .filter((path) => !this.#isMounted(path))
      .map((path) => ({
        path,
        op: 'lookup',
        ok: true,
        errno: 0,
        dev: this.rootDev,
        inode: 0n,
        linkTarget: this.tree.get(path)?.linkTarget ?? null,
        origin: 'image',
      }));
  }

  #file(target: Extract<AccessTarget, {by: 'file'}>, op: Operation): ResolvedAccess {
    const {path, dev, inode} = target;
    const known = path === '/' || this.tree.get(path) !== undefined;
    const elsewhere = dev !== 0 && this.rootDev !== 0 && dev !== this.rootDev;
    const origin: Origin = this.#isMounted(path) || (elsewhere && !known) ? 'mount' : known ? 'image' : 'runtime';
    return {path, op, ok: true, errno: 0, dev, inode, linkTarget: null, origin};
  }

  #named({path, file, error}: Resolution, op: Operation, errno: number): ResolvedAccess {
    return {
      path,
      op,
      ok: errno === 0,
      errno,
      dev: 0,
      inode: 0n,
      linkTarget: file?.linkTarget ?? null,
      origin: this.#isMounted(path) ? 'mount' : error === null ? 'image' : errno === 0 ? 'runtime' : 'absent',
    };
  }

  #isMounted(path: ContainerPath): boolean {
    return this.#mounts.some((mount) => path.startsWith(mount) && (path.length === mount.length || path[mount.length] === '/'));
  }
}
