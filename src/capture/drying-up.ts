import type {DryingUp} from '../model/live.js';
import {silenceNeeded} from '../stats/discovery-pace.js';

/** Finds within so short a time are one: a program that starts opens dozens of files at once. */
export const sliceMs = 100;

/** Follows discovery within one run: docs/auto.md, "--duration auto". Times are milliseconds of any one clock. */
export class Discovery {
  readonly #share: number;
  #firstSlice = 0;
  #lastSlice = 0;
  #finds = 0;

  /** @param share of the pace so far that counts as dried up, above 0 and up to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** A file was found that the run had not found before. */
  find(nowMs: number): void {
    const slice = Math.floor(nowMs / sliceMs);
    if (this.#finds === 0) {
      this.#firstSlice = slice;
    }
    if (this.#finds === 0 || slice > this.#lastSlice) {
      this.#lastSlice = slice;
      this.#finds += 1;
    }
  }

  /** Null before the first find. */
  at(nowMs: number): DryingUp | null {
    const slices = this.#lastSlice - this.#firstSlice + 1;
    return this.#finds === 0
      ? null
      : {
          finds: this.#finds,
          foundWithinMs: slices * sliceMs,
          silentMs: Math.max(0, Math.floor(nowMs / sliceMs) - this.#lastSlice - 1) * sliceMs,
          neededMs: silenceNeeded(this.#finds, slices, this.#share) * sliceMs,
        };
  }
}

export const hasDriedUp = (state: DryingUp | null): state is DryingUp => state !== null && state.silentMs >= state.neededMs;
