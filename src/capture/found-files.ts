import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';

/** Counts the image files that a run finds, and which of them no earlier run did. */
export class FoundFiles {
  readonly #known: ReadonlySet<ContainerPath>;
  readonly #files = new Set<ContainerPath>();
  #newFiles = 0;

  /** @param known image paths that earlier runs touched */
  constructor(known: ReadonlySet<ContainerPath>) {
    this.#known = known;
  }

  /** True where the run finds the file with this row. */
  observe({ok, origin, path}: AccessRow): boolean {
    const isFound = ok && origin === 'image' && !this.#files.has(path);
    if (isFound) {
      this.#files.add(path);
      this.#newFiles += this.#known.has(path) ? 0 : 1;
    }
    return isFound;
  }

  get files(): number {
    return this.#files.size;
  }

  get newFiles(): number {
    return this.#newFiles;
  }
}
