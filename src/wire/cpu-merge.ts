/** What a CPU recorded, with the time of the recording. */
export interface CpuRecord {
  readonly timeNs: bigint;
  readonly cpu: number;
}

/** Records held back at most; a CPU that is silent for longer costs the order, never a record. */
const maxHeld = 1 << 18;

/**
 * Puts records in order of time that come CPU after CPU. A record is held back until every CPU has said something later,
 * for which each must speak now and then even if it has nothing to tell.
 */
export class CpuMerge<Item extends CpuRecord> {
  readonly #cpus: number;
  readonly #latestNs = new Map<number, bigint>();
  #held: Item[] = [];
  #releasedNs = 0n;

  constructor(cpus: number) {
    this.#cpus = cpus;
  }

  add(record: Item): void {
    this.#held.push(record);
    this.spoke(record);
  }

  spoke({cpu, timeNs}: CpuRecord): void {
    this.#latestNs.set(cpu, timeNs);
  }

  /** Every record up to this time is here; 0 before all CPUs have spoken. */
  completeNs(): bigint {
    const latest = [...this.#latestNs.values()];
    return latest.length < this.#cpus ? 0n : latest.reduce((least, timeNs) => (timeNs < least ? timeNs : least));
  }

  /** What is certain to have nothing before it any more. */
  ready(): Item[] {
    if (this.#held.length > maxHeld) {
      return this.rest();
    }
    const safeNs = this.completeNs();
    if (safeNs <= this.#releasedNs) {
      return [];
    }
    this.#releasedNs = safeNs;
    const ready = this.#held.filter(({timeNs}) => timeNs <= safeNs);
    this.#held = this.#held.filter(({timeNs}) => timeNs > safeNs);
    return inOrder(ready);
  }

  /** Everything that is left. */
  rest(): Item[] {
    const rest = inOrder(this.#held);
    this.#held = [];
    return rest;
  }
}

function inOrder<Item extends CpuRecord>(records: Item[]): Item[] {
  return records.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}
