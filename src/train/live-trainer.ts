import type {ImageTree} from '../image/tree.js';
import {type AccessRow, operations} from '../model/access.js';
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

const bitOf = new Map(operations.map((op) => [op, operationMask(op)]));

/** Trains while events stream in: a row costs a look-up, and the closure of its path when the path is touched in a new way. */
export class LiveTrainer {
  readonly #index: ImageIndex;
  readonly #tree: ImageTree;
  readonly #hardLinks: HardLinkGroups;
  readonly #runs: RunMetadata[];
  readonly #touched: Map<ContainerPath, Touched>;
  /** For each file of the index, 1 where a run that ended needed it; and how many they are. */
  readonly #isKnown: Uint8Array;
  #knownFiles = 0;
  readonly #running = new Map<ContainerPath, number>();
  /** The same of the run that is going on; where its files stand in the index, and how many no other needed. */
  readonly #isNeeded: Uint8Array;
  #needed: number[] = [];
  #newFiles = 0;
  #profile: Profile;

  /** @param earlier what runs of the same image showed before */
  constructor(index: ImageIndex, tree: ImageTree, earlier: RunTouches) {
    this.#index = index;
    this.#tree = tree;
    this.#hardLinks = groupHardLinks(index.files);
    this.#runs = [...earlier.runs];
    this.#touched = new Map(earlier.paths.map((path, at) => [path, {ops: earlier.opsOf[at] ?? 0, runs: [...(earlier.touchedBy[at] ?? [])], opened: [...(earlier.openedBy[at] ?? [])]}]));
    this.#isKnown = new Uint8Array(index.files.length);
    this.#isNeeded = new Uint8Array(index.files.length);
    this.#touched.forEach(({ops}, path) => this.#learn(path, ops));
    this.#keepNeeded();
    this.#profile = this.#train();
  }

  /** Forgets what a run that never ended had shown. */
  startRun(): void {
    this.#running.clear();
    this.#needed.forEach((at) => (this.#isNeeded[at] = 0));
    this.#needed = [];
    this.#newFiles = 0;
  }

  observe(rows: readonly AccessRow[]): void {
    for (const {path, op, ok, origin} of rows) {
      const before = this.#running.get(path) ?? 0;
      const ops = before | (bitOf.get(op) ?? 0);
      if (ok && origin === 'image' && ops !== before) {
        this.#running.set(path, ops);
        this.#learn(path, ops);
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
    const needed = this.#keepNeeded();
    this.#profile = this.#train();
    return needed;
  }

  /** Files that hold content and were needed by a run that ended. */
  get known(): ReadonlySet<ContainerPath> {
    return new Set(this.#index.files.flatMap(({path}, at) => (this.#isKnown[at] === 1 ? [path] : [])));
  }

  get summary(): LiveSummary {
    return {files: this.#knownFiles + this.#newFiles, newFiles: this.#newFiles, evidence: this.#profile.evidence};
  }

  /** As `trainProfile` gives it for the runs that ended. */
  get profile(): Profile {
    return this.#profile;
  }

  /** Counts the files that hold content and are needed where `path` is touched. */
  #learn(path: ContainerPath, ops: number): void {
    const {file, implied} = closureOf(this.#tree, this.#hardLinks, path, ops);
    if (file !== null) {
      this.#need(file);
    }
    implied.forEach((needed) => this.#need(needed));
  }

  #need(file: ImageFile): void {
    const at = this.#tree.positionOf(file.path);
    if (holdsContent(file) && this.#isNeeded[at] === 0) {
      this.#isNeeded[at] = 1;
      this.#needed.push(at);
      this.#newFiles += this.#isKnown[at] === 0 ? 1 : 0;
    }
  }

  /** Makes what was needed known, and returns it. */
  #keepNeeded(): ReadonlySet<ContainerPath> {
    this.#knownFiles += this.#newFiles;
    this.#needed.forEach((at) => (this.#isKnown[at] = 1));
    const paths = new Set(this.#needed.flatMap((at) => this.#index.files[at]?.path ?? []));
    this.startRun();
    return paths;
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
