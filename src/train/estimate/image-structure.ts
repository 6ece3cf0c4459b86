import type {ImageIndex} from '../../model/image-index.js';
import {log1p} from '../../stats/elementary.js';
import {holdsContent} from '../content.js';
import {Directories, type Directory} from './directories.js';
import {extensionOf, plainName, stemOf} from './name-groups.js';

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
  /** What each file is called in other images: its directory's name and its own, without versions and architectures. */
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
  const count = index.files.reduce((sum, file) => sum + (holdsContent(file) ? 1 : 0), 0);
  const directories = new Directories();
  const extensionsAlone = new GroupNumbers();
  const byExtension = new GroupNumbers();
  const byPackage = new GroupNumbers();
  const stems = new NameNumbers();
  const column = (): Int32Array => new Int32Array(count);
  const [files, stem, cousin, ofExtension, ofDirectory, ofPackage] = [column(), column(), column(), column(), column(), column()];
  const sort = new Uint8Array(count);
  const size = new Float64Array(count);
  const familiar: string[] = [];
  const owner: string[] = [];
  index.files.forEach((file, at) => {
    if (!holdsContent(file)) {
      return;
    }
    const number = familiar.length;
    const directory = directories.of(file.path);
    const name = file.path.slice(directory.path.length + 1);
    const extension = extensionOf(name, directory.isOfPrograms);
    const owns = file.package ?? directory.owner ?? file.path;
    files[number] = at;
    stem[number] = stems.of(stemOf(name));
    cousin[number] = directories.cousinOf(directory, name);
    sort[number] = extension === 'bin' ? 0 : extension === '.so' ? 1 : 2;
    size[number] = log1p(file.bytes) / 10;
    ofExtension[number] = extensionsAlone.child(0, extension);
    ofDirectory[number] = byExtension.descend(extension, directory);
    ofPackage[number] = byPackage.child(byPackage.child(0, owns), extension);
    familiar.push(`${directory.place}/${plainName(name)}`);
    owner.push(owns);
  });
  const structure: ImageStructure = {
    files, sort, size, familiar, owner, stem, cousin,
    extension: {parentOf: extensionsAlone.parentOf, groupOf: ofExtension},
    directoryExtension: {parentOf: byExtension.parentOf, groupOf: ofDirectory},
    packageExtension: {parentOf: byPackage.parentOf, groupOf: ofPackage},
    stems: stems.size,
    cousins: directories.cousins,
  };
  known.set(index, structure);
  return structure;
}

/** Numbers names as they are met; −1 for none. */
class NameNumbers {
  readonly #numbers = new Map<string, number>();

  of(name: string | null): number {
    if (name === null) {
      return -1;
    }
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    if (number === this.#numbers.size) {
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
  /** Groups of directories, by extension. */
  readonly #entered = new Map<Directory, Map<string, number>>();

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

  /** The group of a directory below an extension's. */
  descend(extension: string, directory: Directory): number {
    const entered = this.#entered.get(directory) ?? new Map<string, number>();
    this.#entered.set(directory, entered);
    const found = entered.get(extension) ?? directory.path.split('/').filter(Boolean).reduce((group, name) => this.child(group, name), this.child(0, extension));
    entered.set(extension, found);
    return found;
  }

  get parentOf(): Int32Array {
    return Int32Array.from(this.#parents);
  }
}
