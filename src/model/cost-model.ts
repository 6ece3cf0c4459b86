/** What bytes and misses cost in time. Rates are bytes a second; all are > 0, and `missMs` may be 0. */
export interface CostModel {
  /** At which an image's bytes come before the first run: registry, disk, decompression. */
  readonly provisionBytesPerSecond: number;
  /** At which a removed file comes when a run misses it. */
  readonly fetchBytesPerSecond: number;
  /** What a miss costs beyond its bytes: the round trip, in milliseconds. */
  readonly missMs: number;
  /** Runs that one provisioning serves. */
  readonly runsPerPull: number;
}

/** A local network: 1 Gbit/s both ways, a millisecond, an image pulled for each run, as in CI. */
export const defaultCost: CostModel = {provisionBytesPerSecond: 125e6, fetchBytesPerSecond: 125e6, missMs: 1, runsPerPull: 1};
