import type {ImageStructure} from './image-structure.js';

/** What other images taught about files that many images have, by `ImageStructure.familiar`. */
export interface FamiliarTable {
  /** ln of how much likelier than an unknown file each is: ln((s + 0.05) / (T + 5)) − ln 0.01, s of T kinds of workload having needed it. */
  readonly logOdds: Readonly<Record<string, number>>;
  /** Packages that at least two of those images have; what is not in `logOdds` of them was never needed. */
  readonly packages: readonly string[];
}

export class Familiar {
  readonly #logOdds: ReadonlyMap<string, number>;
  readonly #packages: ReadonlySet<string>;

  constructor({logOdds, packages}: FamiliarTable) {
    this.#logOdds = new Map(Object.entries(logOdds));
    this.#packages = new Set(packages);
  }

  /** 0 for a file that nothing is known of. */
  logOdds({familiar}: ImageStructure, file: number): number {
    return this.#logOdds.get(familiar[file] ?? '') ?? 0;
  }

  isKnownPackage({owner}: ImageStructure, file: number): boolean {
    return this.#packages.has(owner[file] ?? '');
  }
}
