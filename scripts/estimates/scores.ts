import type {CostModel} from '../../src/model/cost-model.js';
import {keepMs, missMs} from '../../src/plan/file-cost.js';

/** Nats that probabilities p cost, where `needed` is the share of runs that needed each file; summed over files. */
export function logLoss(p: Float64Array, needed: Float64Array): number {
  return p.reduce((sum, raw, file) => {
    const probability = Math.min(Math.max(raw, 1e-12), 1 - 1e-12);
    const share = needed[file] ?? 0;
    return sum - share * Math.log(probability) - (1 - share) * Math.log1p(-probability);
  }, 0);
}

/** Expected calibration error over the files with p > 0.01, in ten bins of equal width (Naeini et al. 2015); add folds, then ask. */
export class CalibrationError {
  readonly #excess = new Float64Array(10);
  #files = 0;

  add(p: Float64Array, needed: Float64Array): void {
    p.forEach((probability, file) => {
      if (probability > 0.01) {
        const bin = Math.min(9, Math.floor(probability * 10));
        this.#excess[bin] = (this.#excess[bin] ?? 0) + probability - (needed[file] ?? 0);
        this.#files += 1;
      }
    });
  }

  get value(): number {
    return this.#excess.reduce((sum, excess) => sum + Math.abs(excess), 0) / Math.max(1, this.#files);
  }
}

/** Which files to keep in so many bytes: by p a byte, or by p where that keeps more expected needs. What does not fit is passed over. */
export function fill(p: Float64Array, bytes: Float64Array, budget: number): boolean[] {
  const numbers = [...p.keys()];
  const worth = (rank: (file: number) => number): {keep: boolean[]; needs: number} => {
    let left = budget;
    const keep = new Array<boolean>(p.length).fill(false);
    let needs = 0;
    for (const file of numbers.toSorted((a, b) => rank(b) - rank(a) || a - b)) {
      if ((bytes[file] ?? 0) <= left) {
        keep[file] = true;
        left -= bytes[file] ?? 0;
        needs += p[file] ?? 0;
      }
    }
    return {keep, needs};
  };
  const dense = worth((file) => (p[file] ?? 0) / (bytes[file] ?? 1));
  const likely = worth((file) => p[file] ?? 0);
  return (likely.needs > dense.needs ? likely : dense).keep;
}

/** Needs a run that the kept files do not meet. */
export function misses(keep: readonly boolean[], needed: Float64Array): number {
  return needed.reduce((sum, share, file) => sum + (keep[file] === true ? 0 : share), 0);
}

/** How much more a plan by p costs than the best plan for the runs that it is judged by. */
export function regret(p: Float64Array, needed: Float64Array, bytes: Float64Array, cost: CostModel): number {
  const total = (keeps: (file: number) => boolean): number =>
    bytes.reduce((sum, size, file) => sum + (keeps(file) ? keepMs(cost, size) : (needed[file] ?? 0) * missMs(cost, size)), 0);
  const isWorth = (probability: number, size: number): boolean => probability * missMs(cost, size) > keepMs(cost, size);
  return total((file) => isWorth(p[file] ?? 0, bytes[file] ?? 0)) / total((file) => isWorth(needed[file] ?? 0, bytes[file] ?? 0)) - 1;
}
