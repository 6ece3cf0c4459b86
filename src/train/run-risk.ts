import type {ContainerPath} from '../model/container-path.js';
import type {RiskEstimate} from '../model/profile.js';
import {countUnseen, unseenRisk} from '../stats/unseen-risk.js';

/**
 * Runs between two looks at the bound. Each look is another chance to stop by luck. The risk only falls while runs go on,
 * so few looks can err; ten runs apart, all of them together kept 95.6 to 100 % in simulation (test/train/run-risk.test.ts).
 */
export const runsPerLook = 10;

/**
 * Probability that one more of the same runs needs a file that nothing has shown. Repeats count here, unlike in a
 * profile's evidence: the next of these runs is drawn as they were, so one that repeats another is proof of that. Nothing
 * follows for other tests.
 */
export class RunRisk {
  readonly #elsewhere: Set<ContainerPath>;
  /** Runs that needed each file; a third one makes no difference. */
  readonly #neededBy = new Map<ContainerPath, number[]>();
  #runs = 0;

  /** @param known files that were needed before the first of these runs */
  constructor(known: Iterable<ContainerPath>) {
    this.#elsewhere = new Set(known);
  }

  /** Counts a run that is one of them and covers all it did. */
  add(needed: Iterable<ContainerPath>): void {
    for (const path of needed) {
      if (!this.#elsewhere.has(path)) {
        const runs = this.#neededBy.get(path) ?? [];
        this.#neededBy.set(path, runs);
        if (runs.length < 3) {
          runs.push(this.#runs);
        }
      }
    }
    this.#runs += 1;
  }

  /** Takes what another or a flawed run showed as known; it is no trial. */
  learn(needed: Iterable<ContainerPath>): void {
    for (const path of needed) {
      this.#elsewhere.add(path);
      this.#neededBy.delete(path);
    }
  }

  get runs(): number {
    return this.#runs;
  }

  get estimate(): RiskEstimate {
    return unseenRisk(countUnseen(Array.from(this.#neededBy.values(), (runs) => Uint32Array.from(runs)), this.#runs));
  }
}
