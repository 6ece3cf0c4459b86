import type {ImageIndex} from '../../model/image-index.js';
import type {FileProbability, Profile} from '../../model/profile.js';
import {imageStructure} from '../estimate/image-structure.js';
import {shrunkRates} from '../estimate/shrink.js';

/** Probabilities of a file of which nothing is known but its place. */
export type GroupRates = Pick<FileProbability, 'probability' | 'likeProfiled'>;

/** Files that a group borrows from the one above it. */
const strength = 5;

/**
 * For each file that holds content the mean of two rates: that of the known files of its directory and extension, and that of its package's.
 *
 * @param isNew for each file of the index; a new file tells nothing of its group
 */
export function groupRates({files}: Profile, index: ImageIndex, isNew: readonly boolean[]): ReadonlyMap<number, GroupRates> {
  const {files: at, directoryExtension, packageExtension} = imageStructure(index);
  const counts = (number: number): boolean => isNew[at[number] ?? -1] === false;
  const meanRates = (valueOf: (file: FileProbability | undefined) => number): Float64Array => {
    const values = Float64Array.from(at, (file) => valueOf(files[file]));
    const [place, owner] = [directoryExtension, packageExtension].map((groups) => shrunkRates(groups, values, strength, {counts}));
    return values.map((_, number) => ((place?.[number] ?? 0) + (owner?.[number] ?? 0)) / 2);
  };
  const probability = meanRates((file) => file?.probability ?? 0);
  const likeProfiled = meanRates((file) => file?.likeProfiled ?? 0);
  return new Map([...at].map((file, number) => [file, {probability: probability[number] ?? 0, likeProfiled: likeProfiled[number] ?? 0}]));
}
