import type {ContainerPath} from '../../model/container-path.js';
import {placeOf} from './name-groups.js';

/** What a directory says of the files in it. */
export interface Directory {
  readonly path: ContainerPath;
  /** Whether it is one of programs, as "/usr/bin" is. */
  readonly isOfPrograms: boolean;
  /** What it is called in other images. */
  readonly place: string;
  /** Its two uppermost directories, which stand in for a package; null where it is not as deep, and a file stands for itself. */
  readonly owner: ContainerPath | null;
  /** Numbers of names in all its sister directories. */
  readonly cousins: Map<string, number>;
}

/** Directories of an image, each looked at once however many files it holds. */
export class Directories {
  readonly #known = new Map<ContainerPath, Directory>();
  readonly #cousinsBelow = new Map<ContainerPath, Map<string, number>>();
  #last: Directory = this.#make('');
  #cousins = 0;

  /** The directory of a file; as a rule that of the file before. */
  of(file: ContainerPath): Directory {
    const end = file.lastIndexOf('/');
    if (end !== this.#last.path.length || !file.startsWith(this.#last.path)) {
      const path = file.slice(0, end);
      this.#last = this.#known.get(path) ?? this.#make(path);
    }
    return this.#last;
  }

  /** Number of a name among those of a directory and its sisters. */
  cousinOf({cousins}: Directory, name: string): number {
    const number = cousins.get(name) ?? this.#cousins;
    if (number === this.#cousins) {
      cousins.set(name, number);
      this.#cousins += 1;
    }
    return number;
  }

  get cousins(): number {
    return this.#cousins;
  }

  #make(path: ContainerPath): Directory {
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const cousins = this.#cousinsBelow.get(above) ?? new Map<string, number>();
    this.#cousinsBelow.set(above, cousins);
    const [, first = '', second] = path.split('/', 3);
    const made = {path, isOfPrograms: /\/s?bin$/.test(path), place: placeOf(path), owner: second === undefined ? null : `/${first}/${second}`, cousins};
    this.#known.set(path, made);
    return made;
  }
}
