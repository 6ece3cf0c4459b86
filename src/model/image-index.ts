import type {ContainerPath} from './container-path.js';

export const fileTypes = ['file', 'directory', 'symlink', 'fifo', 'char', 'block', 'socket'] as const;
export type FileType = (typeof fileTypes)[number];

/** One path of the image's merged file system, as its layers give it. */
export interface ImageFile {
  readonly path: ContainerPath;
  readonly type: FileType;
  /** Index of the layer that provides the path, 0 = lowest. */
  readonly layer: number;
  /** Content size; 0 for anything but a regular file. */
  readonly bytes: number;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Target text of a symlink, unresolved; null otherwise. */
  readonly linkTarget: ContainerPath | null;
  /** Paths that share one inode have the same group number; null for an inode with one name. */
  readonly hardLinkGroup: number | null;
  /** The package that owns the path, by its `ownerName`; null where none does. */
  readonly package: string | null;
  /** Program interpreter named by an ELF PT_INTERP header or a "#!" line; null otherwise. */
  readonly interpreter: ContainerPath | null;
  /** `sha256:…` of the content of a regular file; null otherwise. */
  readonly digest: string | null;
}

export interface ImageReference {
  /** The name as the user gave it. */
  readonly name: string;
  /** `sha256:…` of the image config. */
  readonly id: string;
  /** Diff ids (`sha256:…` of the uncompressed layers), lowest first. */
  readonly layers: readonly string[];
}

/** Of distributions, and of languages: pip, npm, RubyGems, and archives named as Maven's repositories name them. */
export const packageManagers = ['dpkg', 'apk', 'rpm', 'pypi', 'npm', 'gem', 'maven'] as const;

/** A package as the image's own database has it. */
export interface InstalledPackage {
  readonly manager: (typeof packageManagers)[number];
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** What it was built from, where the database says; that is what security notices are about. */
  readonly source: {readonly name: string; readonly version: string} | null;
}

/** True for a package of the distribution, which may hold one of a language. */
export function isOfDistribution(manager: InstalledPackage['manager']): manager is 'dpkg' | 'apk' | 'rpm' {
  return manager === 'dpkg' || manager === 'apk' || manager === 'rpm';
}

/** What files of a package name as their owner: `bash` of the distribution, `npm:tar` of a language, which may have one of the same name. */
export function ownerName({manager, name}: Pick<InstalledPackage, 'manager' | 'name'>): string {
  return isOfDistribution(manager) ? name : `${manager}:${name}`;
}

/** Whose packages they are: `ID` and `VERSION_ID` of os-release(5); '' where it says none. */
export interface Distribution {
  readonly id: string;
  readonly version: string;
}

export interface ImageIndex {
  readonly image: ImageReference;
  /** Unpacked packages, in the order of name and architecture; absent where the index is not of a real image. */
  readonly packages?: readonly InstalledPackage[];
  readonly distribution?: Distribution;
  /** Sorted by path in code-unit order; one entry a path; "/" itself is left out. */
  readonly files: readonly ImageFile[];
}
