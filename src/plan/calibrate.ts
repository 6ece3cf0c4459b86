import type {Calibration} from '../model/debloat-config.js';
import {type Bounds, itemLevels, keepsSeen} from './choose.js';
import type {Item} from './items.js';

/**
 * What the runs left out say of the plan that was chosen: those fail that need to go further into the order of items than
 * the plan keeps all of it.
 *
 * @param levels of runs left out, by the same policy
 * @param bounds as the items were chosen by
 */
export function calibrate(items: readonly Item[], stays: readonly boolean[], levels: readonly number[], bounds: Bounds): Calibration {
  const levelOf = itemLevels(items, keepsSeen(bounds));
  const removed = items.flatMap((_, at) => (stays[at] === true ? [] : [levelOf[at] ?? 0]));
  const lowestRemoved = removed.reduce((lowest, level) => Math.min(lowest, level), Infinity);
  const asked = bounds.level !== null && bounds.level < lowestRemoved ? bounds.level : -Infinity;
  const keptTo = levelOf.reduce((highest, level) => (level < lowestRemoved ? Math.max(highest, level) : highest), asked);
  // Where everything is kept, only what the policy removes can be missed: its runs are at Infinity.
  const failing = levels.filter((level) => level > (removed.length === 0 ? 1 : keptTo)).length;
  return {runs: levels.length, failing, bound: removed.length === 0 && failing === 0 ? 0 : (failing + 1) / (levels.length + 1)};
}
