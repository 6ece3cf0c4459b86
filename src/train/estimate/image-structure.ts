import type {ContainerPath} from '../../model/container-path.js';
import type {ImageFile, ImageIndex} from '../../model/image-index.js';
import {log1p} from '../../stats/elementary.js';
import {holdsContent} from '../content.js';
import {extensionOf, familiarName, stemOf} from './name-groups.js';

/** Groups in groups: each borrows from the one above it. A parent's number is smaller than its children's. */
export interface Hierarchy {
  /** Group above each group; −1 at the top. */
  readonly parentOf: Int32Array;
  /** Innermost group of each file. */
  readonly groupOf: Int32Array;
}

/** What an image's files have to do with one another, for those that hold content; computed once an image. */
export interface ImageStructure {
  /** Position of each of them in the index. */
  readonly files: Int32Array;
  /** By extension, then by directory from the root down. */
  readonly directoryExtension: Hierarchy;
  /** By extension alone. */
  readonly extension: Hierarchy;
  /** By owning package, within it by extension; files of no package by their two uppermost directories. */
  readonly packageExtension: Hierarchy;
  /** Number of the name's stem; −1 where it has none. */
  readonly stem: Int32Array;
  readonly stems: number;
  /** Number of the name among those of its directory's sister directories. */
  readonly cousin: Int32Array;
  readonly cousins: number;
  /** 0 for a program, 1 for a shared library, 2 for any other file. */
  readonly sort: Uint8Array;
  readonly familiar: readonly string[];
  /** Package, or the two uppermost directories. */
  readonly owner: readonly string[];
  /** ln(1 + bytes) / 10. */
  readonly size: Float64Array;
}

const known = new WeakMap<ImageIndex, ImageStructure>();

export function imageStructure(index: ImageIndex): ImageStructure {
  const before = known.get(index);
  if (before !== undefined) {
    return before;
  }
  const at = index.files.flatMap((file, number) => (holdsContent(file) ? [number] : []));
  const files = at.flatMap((number) => index.files[number] ?? []);
  const extensionsAlone = new GroupNumbers();
  const byExtension = new GroupNumbers();
  const byPackage = new GroupNumbers();
  const stems = new NameNumbers();
  const cousins = new NameNumbers();
  const names = files.map(({path}) => path.slice(path.lastIndexOf('/') + 1));
  const extensions = files.map(({path}) => extensionOf(path));
  const structure: ImageStructure = {
    files: Int32Array.from(at),
    extension: extensionsAlone.hierarchy(extensions.map((extension) => extensionsAlone.child(0, extension))),
    directoryExtension: byExtension.hierarchy(files.map(({path}, number) => byExtension.descend(byExtension.child(0, extensions[number] ?? ''), extensions[number] ?? '', parentOf(path)))),
    packageExtension: byPackage.hierarchy(files.map((file, number) => byPackage.child(byPackage.child(0, ownerOf(file)), extensions[number] ?? ''))),
    stem: Int32Array.from(names, (name) => stems.of(stemOf(name))),
    stems: stems.size,
    cousin: Int32Array.from(files, ({path}) => cousins.of(parentOf(parentOf(path)) + path.slice(path.lastIndexOf('/')))),
    cousins: cousins.size,
    sort: Uint8Array.from(extensions, (extension) => (extension === 'bin' ? 0 : extension === '.so' ? 1 : 2)),
    familiar: files.map(({path}) => familiarName(path)),
    owner: files.map(ownerOf),
    size: Float64Array.from(files, ({bytes}) => log1p(bytes) / 10),
  };
  known.set(index, structure);
  return structure;
}

/** Numbers names as they are met; −1 for none. */
class NameNumbers {
  readonly #numbers = new Map<string, number>();

  of(name: string | null): number {
    const number = name === null ? -1 : (this.#numbers.get(name) ?? this.#numbers.size);
    if (name !== null) {
      this.#numbers.set(name, number);
    }
    return number;
  }

  get size(): number {
    return this.#numbers.size;
  }
}

/** Numbers groups as they are met, from the top down. */
class GroupNumbers {
  readonly #parents: number[] = [-1];
  readonly #children = [new Map<string, number>()];
  /** Directories that were met before, by the top they were entered from. */
  readonly #entered = new Map<string, number>();

  child(group: number, name: string): number {
    const children = this.#children[group] ?? new Map<string, number>();
    const found = children.get(name) ?? this.#parents.length;
    if (found === this.#parents.length) {
      children.set(name, found);
      this.#parents.push(group);
      this.#children.push(new Map());
    }
    return found;
  }

  /** The group of a directory below `top`; `topName` tells tops apart. */
  descend(top: number, topName: string, directory: ContainerPath): number {
    const key = `${topName}\0${directory}`;
    const found = this.#entered.get(key) ?? directory.split('/').filter(Boolean).reduce((group, name) => this.child(group, name), top);
    this.#entered.set(key, found);
    return found;
  }

  hierarchy(groupOf: readonly number[]): Hierarchy {
    return {parentOf: Int32Array.from(this.#parents), groupOf: Int32Array.from(groupOf)};
  }
}

const parentOf = (path: ContainerPath): ContainerPath => path.slice(0, path.lastIndexOf('/'));

function ownerOf({package: owner, path}: ImageFile): string {
  return owner ?? path.split('/', 3).join('/');
}
