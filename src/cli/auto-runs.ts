import type {ContainerPath} from '../model/container-path.js';
import type {RiskEstimate} from '../model/profile.js';
import type {RunMetadata} from '../model/run.js';
import {isClean} from '../train/evidence.js';
import {RunRisk, runsPerLook} from '../train/run-risk.js';

export interface AutoLimits {
  /** Upper 95 % bound of the risk at which runs are enough. */
  readonly untilRisk: number;
  /** Runs after which there are no more, enough or not. */
  readonly maxRuns: number;
}

export interface AutoOutcome extends AutoLimits {
  /** Clean ones. */
  readonly runs: number;
  /** That one more of the same runs needs a file that none has shown. */
  readonly risk: RiskEstimate;
  readonly isReached: boolean;
}

/** Decides when `--runs auto` has run enough: docs/auto.md. */
export class AutoRuns {
  readonly #limits: AutoLimits;
  readonly #risk: RunRisk;
  #made = 0;
  #lookedAt = 0;
  /** As of the last look. */
  #estimate: RiskEstimate = {estimate: 1, upper95: 1};

  /** @param known files that were needed before the first of these runs */
  constructor(limits: AutoLimits, known: Iterable<ContainerPath>) {
    this.#limits = limits;
    this.#risk = new RunRisk(known);
  }

  /** @param isAuto whether the run is one of those that go on until there are enough */
  add(metadata: RunMetadata, needed: Iterable<ContainerPath>, isAuto: boolean): void {
    this.#made += isAuto ? 1 : 0;
    if (isAuto && isClean(metadata)) {
      this.#risk.add(needed);
    } else {
      this.#risk.learn(needed);
    }
  }

  /** After each workload had its turn, so that all weigh the same. */
  endRound(): void {
    if (this.#risk.runs - this.#lookedAt >= runsPerLook) {
      this.#lookedAt = this.#risk.runs;
      this.#estimate = this.#risk.estimate;
    }
  }

  get isOver(): boolean {
    return this.outcome.isReached || this.#made >= this.#limits.maxRuns;
  }

  get outcome(): AutoOutcome {
    return {...this.#limits, runs: this.#risk.runs, risk: this.#estimate, isReached: this.#estimate.upper95 <= this.#limits.untilRisk};
  }
}
