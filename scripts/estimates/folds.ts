import {seededRandom} from '../benchmarks/interleave.js';
import {runsOf, type TracedImage} from './traced-image.js';

/** What is trained on, and the runs it is then judged by. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Each kind of workload left out once. */
export function leaveOneKindOut(image: TracedImage): Fold[] {
  return Array.from({length: image.kinds}, (_, left) => ({train: runsOf(image, (kind) => kind !== left), test: runsOf(image, (kind) => kind === left)}));
}

/** Runs shuffled and cut in two. */
export function randomHalves(image: TracedImage, count: number, seed: number): Fold[] {
  const random = seededRandom(seed);
  return Array.from({length: count}, () => {
    const runs = shuffle(runsOf(image, () => true), random);
    const half = Math.floor(runs.length / 2);
    return {train: runs.slice(0, half), test: runs.slice(half)};
  });
}

/** Half the runs of few kinds, as a beginner has them; judged by as many runs of other kinds as of the same ones. */
export function fewKinds(image: TracedImage, counts: readonly number[], seed: number): Fold[] {
  const random = seededRandom(seed);
  return counts.map((count) => {
    const kinds = new Set(shuffle(Array.from({length: image.kinds}, (_, kind) => kind), random).slice(0, count));
    const same = shuffle(runsOf(image, (kind) => kinds.has(kind)), random);
    const test = same.slice(Math.ceil(same.length / 2));
    const other = shuffle(runsOf(image, (kind) => !kinds.has(kind)), random);
    return {train: same.slice(0, Math.ceil(same.length / 2)), test: [...test, ...other.slice(0, test.length)]};
  });
}

export function shuffle<T>(values: readonly T[], random: () => number): T[] {
  const shuffled = [...values];
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
