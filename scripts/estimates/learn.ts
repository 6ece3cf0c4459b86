/** Learns what the estimator ships: weights of features, and which files other images need. */
import {log} from '../../src/stats/elementary.js';
import type {Learned} from '../../src/train/estimate/estimate.js';
import {Familiar, type FamiliarTable} from '../../src/train/estimate/familiar.js';
import {featuresOf, seenFeatures, unseenFeatures} from '../../src/train/estimate/features.js';
import {fewKinds, type Fold, leaveOneKindOut, randomHalves} from './folds.js';
import {fitLogistic} from './fit-logistic.js';
import {needsOf, runsOf, shareOf, type TracedImage} from './traced-image.js';

/** Unseen files that nobody needs are many and alike: one in so many stands for them. */
const thinning = 8;
const lambda = 1e-4;
/** A file's own share is taken as it is unless the images agree on better, since only some tens of groups of files tell. */
const seenPrior: Readonly<Record<string, number>> = {ownLow: 1, ownMiddle: 1, ownHigh: 1};
const seenLambda = 1e-2;
/** Least weights: what a sighting can change may not count against a file, and neighbours in a directory or a package always count for it. */
const least: Readonly<Record<string, number>> = {directoryExtension: 0.1, packageExtension: 0.1, extension: 0, sameDirectory: 0, stem: 0, cousin: 0, touched: 0, familiar: 0, ownLow: 0, ownMiddle: 0, ownHigh: 0, runs: 0, severalKinds: 0, neighbours: 0, package: 0};

export function learn(images: readonly TracedImage[]): Learned {
  const unseen = new RowList(unseenFeatures.length + images.length);
  const seen = new RowList(seenFeatures.length);
  images.forEach((image, number) => {
    const familiar = new Familiar(familiarTable(images.filter((other) => other !== image)));
    const perRun = shareOf(image, runsOf(image, () => true)).reduce((sum, share) => sum + share, 0);
    const take = (folds: readonly Fold[], weight: number, wantsUnseen: boolean): void => {
      for (const fold of folds) {
        takeFold(image, fold, familiar, weight / folds.length / perRun, wantsUnseen ? number : null);
      }
    };
    take(leaveOneKindOut(image), 0.5, true);
    take(randomHalves(image, 3, 1), 0.3, false);
    take(fewKinds(image, [1, 1, 2, 2, 4, 4, 8, 8], 2), 0.2, true);
  });
  const bounds = (names: readonly string[]): number[] => names.map((name) => least[name] ?? -Infinity);
  return {
    unseen: fitLogistic(unseen.rows(), lambda, bounds([...unseenFeatures, ...images.map(() => 'image')])).slice(0, unseenFeatures.length),
    seen: fitLogistic(seen.rows(), seenLambda, bounds(seenFeatures), seenFeatures.map((name) => seenPrior[name] ?? 0)),
    familiar: familiarTable(images),
  };

  function takeFold(image: TracedImage, {train, test}: Fold, familiar: Familiar, weight: number, imageNumber: number | null): void {
    const needs = needsOf(image, train);
    const features = featuresOf(image.structure, needs, familiar);
    shareOf(image, test).forEach((share, file) => {
      if (needs.isSeen[file] === 1) {
        seen.add(features.seen.subarray(file * seenFeatures.length, (file + 1) * seenFeatures.length), [], share, weight);
      } else if (imageNumber !== null && (share > 0 || file % thinning === 0)) {
        const ownImage = images.map((_, other) => (other === imageNumber ? 1 : 0));
        unseen.add(features.unseen.subarray(file * unseenFeatures.length, (file + 1) * unseenFeatures.length), ownImage, share, share > 0 ? weight : weight * thinning);
      }
    });
  }
}

/** Files and packages that at least two images have. */
export function familiarTable(images: readonly TracedImage[]): FamiliarTable {
  const files = new Map<string, {images: number; kinds: number; needed: number}>();
  const packages = new Map<string, number>();
  for (const image of images) {
    const {share} = needsOf(image, runsOf(image, () => true));
    const best = new Map<string, number>();
    image.structure.familiar.forEach((name, file) => best.set(name, Math.max(best.get(name) ?? 0, share[file] ?? 0)));
    for (const [name, needed] of best) {
      const known = files.get(name) ?? {images: 0, kinds: 0, needed: 0};
      files.set(name, {images: known.images + 1, kinds: known.kinds + image.kinds, needed: known.needed + needed});
    }
    new Set(image.structure.owner).forEach((name) => packages.set(name, (packages.get(name) ?? 0) + 1));
  }
  const common = [...files].filter(([, {images: count, needed}]) => count >= 2 && needed > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    logOdds: Object.fromEntries(common.map(([name, {kinds, needed}]) => [name, Number((log((needed + 0.05) / (kinds + 5)) - log(0.001)).toFixed(2))])),
    packages: [...packages].flatMap(([name, count]) => (count >= 2 ? [name] : [])).sort(),
  };
}

class RowList {
  readonly #columns: number;
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #weight: number[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  add(features: Float64Array, more: readonly number[], share: number, weight: number): void {
    for (const value of features) {
      this.#x.push(value);
    }
    this.#x.push(...more);
    this.#y.push(share);
    this.#weight.push(weight);
  }

  rows(): {x: Float64Array; columns: number; y: Float64Array; weight: Float64Array} {
    return {x: Float64Array.from(this.#x), columns: this.#columns, y: Float64Array.from(this.#y), weight: Float64Array.from(this.#weight)};
  }
}
