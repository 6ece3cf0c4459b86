import type {CostModel} from '../model/cost-model.js';
import type {FrontPoint} from '../model/debloat-config.js';
import {keepMs} from './file-cost.js';
import type {Item} from './items.js';

/** More points than a chart of the front can show. */
const maxPoints = 200;

/**
 * The Pareto front of size against cost of misses: from only what the policy keeps to everything, an item at a time in
 * falling order of worth. No other set is smaller and costs less in misses; where items have one size, or a miss's
 * latency outweighs its bytes, the same holds of their number.
 *
 * @param base bytes that stay and misses that are lost whatever is chosen
 */
export function paretoFront(items: readonly Item[], cost: CostModel, base: {readonly bytes: number; readonly misses: number; readonly missMs: number}): FrontPoint[] {
  // Sums from the end, so that the misses left at the end are exactly those of the base and never below.
  const points: FrontPoint[] = [];
  let [misses, missCost] = [base.misses, base.missMs];
  let bytes = base.bytes + items.reduce((sum, item) => sum + item.bytes, 0);
  for (let kept = items.length; kept >= 0; kept -= 1) {
    points.push({bytes, expectedMissesPerRun: misses, costMs: keepMs(cost, bytes) + missCost});
    const item = items[kept - 1];
    bytes -= item?.bytes ?? 0;
    misses += item?.expectedMisses ?? 0;
    missCost += item?.missMs ?? 0;
  }
  return thin(points.reverse());
}

/** Keeps both ends, the cheapest, and in between the points where size or misses have changed by a noticeable part of the whole. */
function thin(points: readonly FrontPoint[]): FrontPoint[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length <= maxPoints) {
    return [...points];
  }
  const cheapest = points.reduce((best, point) => (point.costMs < best.costMs ? point : best));
  const step = 2 / (maxPoints - 3);
  const sizeStep = step * (last.bytes - first.bytes);
  const missStep = step * (first.expectedMissesPerRun - last.expectedMissesPerRun);
  let shown = first;
  return points.filter((point) => {
    const isNoticeable = point.bytes - shown.bytes >= sizeStep || shown.expectedMissesPerRun - point.expectedMissesPerRun >= missStep;
    if (isNoticeable || point === first || point === last || point === cheapest) {
      shown = point;
      return true;
    }
    return false;
  });
}
