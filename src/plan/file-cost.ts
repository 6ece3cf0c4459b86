import type {CostModel} from '../model/cost-model.js';

/*
 * Expected milliseconds a run, so that a plan's total is a sum over its contents:
 * total = a / R · (remaining bytes) + Σ over removed p (b · bytes + c), with a and b the time of a byte provisioned and
 * fetched, c the latency of a miss, and R the runs that a pull serves. A sum has its least value where each term has.
 */

/** Cost of keeping a content. */
export function keepMs({provisionBytesPerSecond, runsPerPull}: CostModel, bytes: number): number {
  return (bytes / provisionBytesPerSecond / runsPerPull) * 1000;
}

/** Cost of missing it once. */
export function missMs({fetchBytesPerSecond, missMs: latencyMs}: CostModel, bytes: number): number {
  return latencyMs + (bytes / fetchBytesPerSecond) * 1000;
}

/** Probability from which keeping is cheaper: a s / (R (c + b s)); above 1, removing always is. */
export function breakEven(cost: CostModel, bytes: number): number {
  return bytes === 0 ? 0 : keepMs(cost, bytes) / missMs(cost, bytes);
}

/**
 * What a byte of the content is worth keeping: p (c + b s) / s, in milliseconds a run. Plans that keep the contents above
 * some worth are those that no other plan beats in both size and cost of misses. 0 bytes are worth any price.
 */
export function worthOfByte(cost: CostModel, {bytes, probability}: {readonly bytes: number; readonly probability: number}): number {
  return bytes === 0 ? Infinity : (probability * missMs(cost, bytes)) / bytes;
}
