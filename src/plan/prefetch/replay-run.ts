import type {Sequence} from './sequences.js';

/** What it took to serve one run on demand. */
export interface Served {
  /** Contents that were not there when first needed: round trips. */
  readonly misses: number;
  readonly missedBytes: number;
  /** Fetched beside a miss and needed later, or never. */
  readonly savedTrips: number;
  readonly wastedFiles: number;
  readonly wastedBytes: number;
}

/**
 * Serves a recorded run on demand.
 *
 * @param isThere what the run finds at its start
 * @param prefetch told of each miss; answers with files to fetch in the same round trip
 */
export function replayRun(sequence: Sequence, isThere: (file: number) => boolean, bytesOf: (file: number) => number, prefetch: (missed: number) => Iterable<number>): Served {
  const waiting = new Set<number>();
  let [misses, missedBytes, savedTrips] = [0, 0, 0];
  const served = new Set<number>();
  for (const file of sequence) {
    if (isThere(file) || served.has(file)) {
      continue;
    }
    served.add(file);
    if (waiting.delete(file)) {
      savedTrips += 1;
      continue;
    }
    misses += 1;
    missedBytes += bytesOf(file);
    for (const other of prefetch(file)) {
      if (!served.has(other) && !isThere(other)) {
        waiting.add(other);
      }
    }
  }
  const wastedBytes = [...waiting].reduce((sum, file) => sum + bytesOf(file), 0);
  return {misses, missedBytes, savedTrips, wastedFiles: waiting.size, wastedBytes};
}
