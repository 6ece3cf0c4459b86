/** A way to run the same work; resolves to what it took, in any unit that is the same for all. */
export interface Variant {
  readonly name: string;
  readonly run: () => Promise<number>;
}

export interface Ratio {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Against the baseline of the same round, in order of the rounds. */
  readonly ratios: readonly number[];
}

/**
 * Runs every variant once a round, in an order drawn anew for each, so that drift of the machine meets all of them.
 * Returns each variant's cost against the first one's of the same round.
 *
 * @param random uniform in [0, 1)
 */
export async function interleave(
  variants: readonly [Variant, ...Variant[]],
  {rounds, random, onRun}: {readonly rounds: number; readonly random: () => number; readonly onRun: (round: number, name: string) => void},
): Promise<Ratio[]> {
  const ratios = new Map<string, number[]>(variants.map(({name}) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const costs = new Map<string, number>();
    for (const {name, run} of shuffled(variants, random)) {
      onRun(round, name);
      costs.set(name, await run());
    }
    const baseline = costs.get(variants[0].name) ?? Number.NaN;
    for (const [name, cost] of costs) {
      ratios.get(name)?.push(cost / baseline);
    }
  }
  return [...ratios].map(([name, values]) => ({name, median: median(values), min: Math.min(...values), max: Math.max(...values), ratios: values}));
}

/** Uniform numbers in [0, 1) that a 32-bit seed repeats (mulberry32, Tommy Ettinger 2017, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}
