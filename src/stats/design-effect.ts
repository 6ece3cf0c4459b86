import type {Incidence} from './incidence.js';

export interface DesignEffect {
  /** Runs over independent runs that would tell as much; at least 1. */
  readonly effect: number;
  /** Correlation of two runs of one kind, 0 to 1. */
  readonly correlation: number;
}

/**
 * How much less runs tell for coming in kinds: 1 + (m − 1)ρ (Kish 1965), m the mean size of a kind that a run is in. ρ is the intraclass
 * correlation by analysis of variance, its mean squares summed over files (Donner 1986). Null with fewer than two kinds, where no kind
 * has two runs, and where no file tells runs apart.
 *
 * @param kindOf kind of each run, 0 to kinds − 1
 */
export function designEffect(incidence: Incidence, kindOf: ArrayLike<number>): DesignEffect | null {
  const runs = kindOf.length;
  const sizes: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const kind = kindOf[run] ?? 0;
    sizes[kind] = (sizes[kind] ?? 0) + 1;
  }
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  const kinds = sizes.filter((size) => size > 0).length;
  if (kinds < 2 || kinds === runs) {
    return null;
  }
  let between = 0;
  let within = 0;
  const counts = new Float64Array(sizes.length);
  for (const neededBy of incidence) {
    if (neededBy.length > 0) {
      counts.fill(0);
      neededBy.forEach((run) => (counts[kindOf[run] ?? 0] = (counts[kindOf[run] ?? 0] ?? 0) + 1));
      const explained = counts.reduce((sum, count, kind) => sum + (count === 0 ? 0 : exactly((count * count) / (sizes[kind] ?? 1))), 0);
      between += explained - exactly((neededBy.length * neededBy.length) / runs);
      within += neededBy.length - explained;
    }
  }
  const meanBetween = between / (kinds - 1);
  const meanWithin = within / (runs - kinds);
  const typical = (runs - squares / runs) / (kinds - 1);
  const total = meanBetween + (typical - 1) * meanWithin;
  if (!(total > 0)) {
    return null;
  }
  const correlation = Math.min(1, Math.max(0, (meanBetween - meanWithin) / total));
  return {effect: 1 + (squares / runs - 1) * correlation, correlation};
}

/** Sums of multiples of this are exact, and so the same in any order of files. */
const resolution = 2 ** 20;

const exactly = (value: number): number => Math.round(value * resolution) / resolution;
