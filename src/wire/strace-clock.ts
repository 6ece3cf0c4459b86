const nanosecondsPerDay = 86_400_000_000_000n;

/** Turns the times of a log into Unix-epoch nanoseconds, line after line. */
export class StraceClock {
  #lastNs: bigint;
  #dayStartNs: bigint;
  #lastOfDayNs = 0n;

  /** @param startNs Unix time of the log's start, for logs that give only the time of day (taken as UTC), only steps, or none. */
  constructor(startNs: bigint) {
    this.#lastNs = startNs;
    this.#dayStartNs = startNs - (startNs % nanosecondsPerDay);
  }

  read(time: string | null): bigint {
    if (time === null) {
      this.#lastNs += 1n; // keeps the order
    } else if (time.includes(':')) {
      this.#lastNs = this.#ofDay(time);
    } else {
      const ns = decimalNanoseconds(time);
      const isEpoch = ns > 100_000_000_000_000_000n; // 1973; a step between two lines is never that long
      this.#lastNs = isEpoch ? ns : this.#lastNs + ns;
    }
    return this.#lastNs;
  }

  #ofDay(time: string): bigint {
    const [hours = '0', minutes = '0', seconds = '0'] = time.split(':');
    const ns = (BigInt(hours) * 60n + BigInt(minutes)) * 60_000_000_000n + decimalNanoseconds(seconds);
    // Lines of two tasks may be swapped by little; half a day back is midnight.
    if (ns + nanosecondsPerDay / 2n < this.#lastOfDayNs) {
      this.#dayStartNs += nanosecondsPerDay;
    }
    this.#lastOfDayNs = ns;
    return this.#dayStartNs + ns;
  }
}

function decimalNanoseconds(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
