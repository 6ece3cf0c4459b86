import type {ImageTree} from '../image/tree.js';
import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
import type {Evidence, Profile} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import type {RunTouches} from '../store/aggregate.js';
import {closureOf, groupHardLinks, opensContent, operationMask, type HardLinkGroups} from './closure.js';
import {holdsContent} from './content.js';
import {trainProfile} from './train-profile.js';

export interface LiveSummary {
  /** Files that hold content and were needed so far: by any run, and first by the run that is going on. */
  readonly files: number;
  readonly newFiles: number;
  /** After the last run that ended. */
  readonly evidence: Evidence;
}

interface Touched {
  ops: number;
  readonly runs: number[];
  readonly opened: number[];
}

/** Trains while events stream in: a row costs a look-up, and the closure of its path when the path is touched in a new way. */
export class LiveTrainer {
  readonly #index: ImageIndex;
  readonly #tree: ImageTree;
  readonly #hardLinks: HardLinkGroups;
  readonly #runs: RunMetadata[];
  readonly #touched: Map<ContainerPath, Touched>;
  readonly #known = new Set<ContainerPath>();
  readonly #running = new Map<ContainerPath, number>();
  /** Files that the run that is going on was the first to need. */
  readonly #fresh = new Set<ContainerPath>();
  /** All files that the run that is going on has needed. */
  #needed = new Set<ContainerPath>();
  #profile: Profile;

  /** @param earlier what runs of the same image showed before */
  constructor(index: ImageIndex, tree: ImageTree, earlier: RunTouches) {
    this.#index = index;
    this.#tree = tree;
    this.#hardLinks = groupHardLinks(index.files);
    this.#runs = [...earlier.runs];
    this.#touched = new Map(earlier.paths.map((path, at) => [path, {ops: earlier.opsOf[at] ?? 0, runs: [...(earlier.touchedBy[at] ?? [])], opened: [...(earlier.openedBy[at] ?? [])]}]));
    this.#touched.forEach(({ops}, path) => this.#learn(path, ops, ({path: needed}) => this.#known.add(needed)));
    this.#profile = this.#train();
  }

  /** Forgets what a run that never ended had shown. */
  startRun(): void {
    this.#running.clear();
    this.#fresh.clear();
    this.#needed = new Set();
  }

  observe(rows: readonly AccessRow[]): void {
    for (const {path, op, ok, origin} of rows) {
      const before = this.#running.get(path) ?? 0;
      const ops = before | operationMask(op);
      if (ok && origin === 'image' && ops !== before) {
        this.#running.set(path, ops);
        this.#learn(path, ops, ({path: needed}) => {
          this.#needed.add(needed);
          if (!this.#known.has(needed)) {
            this.#fresh.add(needed);
          }
        });
      }
    }
  }

  /** Returns the files that the run needed, of those that hold content. */
  endRun(metadata: RunMetadata): ReadonlySet<ContainerPath> {
    const run = this.#runs.push(metadata) - 1;
    for (const [path, ops] of this.#running) {
      const touched = this.#touched.get(path) ?? {ops: 0, runs: [], opened: []};
      touched.ops |= ops;
      touched.runs.push(run);
      if ((ops & opensContent) !== 0) {
        touched.opened.push(run);
      }
      this.#touched.set(path, touched);
    }
    this.#fresh.forEach((file) => this.#known.add(file));
    const needed = this.#needed;
    this.startRun();
    this.#profile = this.#train();
    return needed;
  }

  /** Files that hold content and were needed by a run that ended. */
  get known(): ReadonlySet<ContainerPath> {
    return this.#known;
  }

  get summary(): LiveSummary {
    return {files: this.#known.size + this.#fresh.size, newFiles: this.#fresh.size, evidence: this.#profile.evidence};
  }

  /** As `trainProfile` gives it for the runs that ended. */
  get profile(): Profile {
    return this.#profile;
  }

  /** Calls `add` with each file that holds content and is needed where `path` is touched. */
  #learn(path: ContainerPath, ops: number, add: (file: ImageFile) => void): void {
    const {file, implied} = closureOf(this.#tree, this.#hardLinks, path, ops);
    for (const needed of file === null ? implied : [file, ...implied]) {
      if (holdsContent(needed)) {
        add(needed);
      }
    }
  }

  #train(): Profile {
    const paths = [...this.#touched.keys()];
    const touched = [...this.#touched.values()];
    return trainProfile(
      {
        runs: this.#runs, paths, opsOf: Uint8Array.from(touched, ({ops}) => ops),
        touchedBy: touched.map(({runs}) => Uint32Array.from(runs)), openedBy: touched.map(({opened}) => Uint32Array.from(opened)),
      },
      this.#index,
      this.#tree,
    );
  }
}
