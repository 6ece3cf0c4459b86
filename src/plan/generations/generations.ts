import type {CostModel} from '../../model/cost-model.js';
import type {Generation, GenerationPolicy} from '../../model/debloat-config.js';
import {exp} from '../../stats/elementary.js';
import {breakEven} from '../file-cost.js';

export const defaultGenerations: GenerationPolicy = {halfLifeRuns: 5, hysteresis: 6, oldAfterRuns: 60};

/** Runs' worth of belief that a file is idle, so that one sighting among few runs is no certainty. */
const priorTrials = 1;

/** Files that changed generation, by position. */
export interface Moves {
  readonly toKept: readonly number[];
  readonly toYoung: readonly number[];
  readonly toOld: readonly number[];
}

/**
 * Moves contents between what is kept and what is not as runs go by, as a generational garbage collector does by age and use.
 * Recent runs weigh more: p = Σ needed · 2^(−age / half-life) / (Σ 2^(−age / half-life) + 1), the mean of an exponentially
 * weighted beta. docs/generations.md compares it with others on histories that drift. A file is
 * - kept from p above its break-even price, until p falls below that divided by the hysteresis, so that chance moves few;
 * - young when it leaves there, or a run missed it and it is not worth keeping;
 * - old after so many runs that did not need it.
 */
export class Generations {
  readonly #policy: GenerationPolicy;
  readonly #threshold: Float64Array;
  readonly #decay: number;
  readonly #hits: Float64Array;
  /** Runs since a file was needed, or since it left what is kept. */
  readonly #idle: Uint32Array;
  readonly #generations: Generation[];
  #trials = 0;

  /** @param bytes of each content; nothing is known of any at first, and all are young */
  constructor(bytes: readonly number[], cost: CostModel, policy: GenerationPolicy = defaultGenerations) {
    this.#policy = policy;
    this.#threshold = Float64Array.from(bytes, (size) => breakEven(cost, size));
    this.#decay = exp(-Math.LN2 / policy.halfLifeRuns);
    this.#hits = new Float64Array(bytes.length);
    this.#idle = new Uint32Array(bytes.length);
    this.#generations = bytes.map(() => 'young');
  }

  /**
   * Takes one more run in.
   *
   * @param isTrial false for a run that lost records or broke off: it proves use, and no disuse
   */
  add(needed: ReadonlySet<number>, isTrial = true): Moves {
    const moves = {toKept: [] as number[], toYoung: [] as number[], toOld: [] as number[]};
    if (isTrial) {
      this.#trials = this.#trials * this.#decay + 1;
    }
    this.#hits.forEach((hits, file) => {
      const isNeeded = needed.has(file);
      this.#hits[file] = (isTrial ? hits * this.#decay : hits) + (isNeeded ? 1 : 0);
      this.#idle[file] = isNeeded ? 0 : (this.#idle[file] ?? 0) + (isTrial ? 1 : 0);
      const before = this.#generations[file] ?? 'young';
      const after = this.#nextOf(file, before);
      if (after !== before) {
        this.#generations[file] = after;
        if (before === 'kept') {
          this.#idle[file] = 0;
        }
        moves[after === 'kept' ? 'toKept' : after === 'young' ? 'toYoung' : 'toOld'].push(file);
      }
    });
    return moves;
  }

  /** Probability that the next run needs a file, 0 to 1. */
  probability(file: number): number {
    return Math.min(1, (this.#hits[file] ?? 0) / (this.#trials + priorTrials));
  }

  get generations(): readonly Generation[] {
    return this.#generations;
  }

  #nextOf(file: number, before: Generation): Generation {
    const threshold = this.#threshold[file] ?? Infinity;
    const probability = this.probability(file);
    if (probability > threshold || (before === 'kept' && probability * this.#policy.hysteresis > threshold)) {
      return 'kept';
    }
    if (before === 'kept') {
      return 'young';
    }
    return (this.#idle[file] ?? 0) >= this.#policy.oldAfterRuns ? 'old' : this.#idle[file] === 0 ? 'young' : before;
  }
}
