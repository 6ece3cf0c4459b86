import {defaultCost} from '../../model/cost-model.js';
import type {DebloatConfig, FileDecision} from '../../model/debloat-config.js';
import type {ImageIndex} from '../../model/image-index.js';
import {listContents} from '../contents.js';
import {totalsOf} from '../plan-debloat.js';

/** Contents that the same images keep at the same paths: what may stand in one layer for all of them. */
export interface Atom {
  /** Indices of the images, ascending. */
  readonly images: readonly number[];
  readonly files: number;
  readonly bytes: number;
}

export interface PlannedImage {
  readonly index: ImageIndex;
  readonly config: DebloatConfig;
}

/** Equal contents at one path are one; hard-linked names count by the first of them. */
export function listAtoms(images: readonly PlannedImage[]): Atom[] {
  const holders = new Map<string, {readonly images: number[]; readonly bytes: number}>();
  images.forEach(({index, config}, image) => {
    for (const [key, at] of contentKeys(index)) {
      if (config.files[at]?.decision === 'keep') {
        const known = holders.get(key) ?? {images: [], bytes: config.files[at].bytes};
        holders.set(key, known);
        known.images.push(image);
      }
    }
  });
  const atoms = new Map<string, Atom>();
  for (const {images: own, bytes} of holders.values()) {
    const atom = atoms.get(own.join()) ?? {images: own, files: 0, bytes: 0};
    atoms.set(own.join(), {...atom, files: atom.files + 1, bytes: atom.bytes + bytes});
  }
  return [...atoms.values()].sort((a, b) => b.bytes - a.bytes || (a.images.join() < b.images.join() ? -1 : 1));
}

/**
 * Keeps in every image what one of them keeps and they hold alike: in a layer that they share it takes no more storage, and spares misses.
 * What a policy removes from an image stays removed there. The risk stays as it was stated, a bound for more removed files.
 */
export function keepAlike(images: readonly PlannedImage[]): PlannedImage[] {
  const keptBy = new Map<string, string>();
  for (const {index, config} of images) {
    for (const [key, at] of contentKeys(index)) {
      if (config.files[at]?.decision === 'keep' && !keptBy.has(key)) {
        keptBy.set(key, config.image.name);
      }
    }
  }
  return images.map(({index, config}) => {
    const files: FileDecision[] = [...config.files];
    for (const [key, at] of contentKeys(index)) {
      const [file, other] = [files[at], keptBy.get(key)];
      if (file?.decision === 'remove' && other !== undefined && !file.reason.startsWith('the policy')) {
        files[at] = {...file, decision: 'keep', reason: `shared with ${other}, which keeps it; ${file.reason}`};
      }
    }
    const contents = listContents(index, files, files.map(({decision}) => decision));
    return {index, config: {...config, files, totals: totalsOf(files, contents, config.policy.cost ?? defaultCost)}};
  });
}

/** A key for path and content, with the position of the file; contents without bytes are left out. */
function* contentKeys({files}: ImageIndex): Generator<readonly [key: string, at: number]> {
  const linked = new Set<number>();
  for (const [at, {path, type, bytes, digest, hardLinkGroup}] of files.entries()) {
    if (type === 'file' && bytes > 0 && (hardLinkGroup === null || !linked.has(hardLinkGroup))) {
      if (hardLinkGroup !== null) {
        linked.add(hardLinkGroup);
      }
      yield [`${digest ?? `${bytes} bytes`} ${path}`, at];
    }
  }
}
