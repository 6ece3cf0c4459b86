import {log} from '../../stats/elementary.js';
import type {Hierarchy} from './image-structure.js';

export interface ShrinkOptions {
  readonly counts?: (file: number) => boolean;
  readonly scale?: (rate: number) => number;
}

/**
 * Rate of each file's innermost group, drawn towards the rate of the group above it, and so on up to the top, which is
 * drawn towards nothing: r_g = (Σ_g value + s·r_above) / (m_g + s), sums over all m_g files below g. A group of few files borrows
 * nearly all, a large one stands for itself (hierarchical shrinkage; Efron & Morris 1975).
 *
 * @param values of each file, 0 to 1
 * @param strength s, in files
 * @param counts false for a file that tells nothing: it has its group's rate and adds nothing to it
 * @param scale what to state of a rate, once for all files of a group
 */
export function shrunkRates({parentOf, groupOf}: Hierarchy, values: Float64Array, strength: number, {counts = () => true, scale = (rate) => rate}: ShrinkOptions = {}): Float64Array {
  const sums = new Float64Array(parentOf.length);
  const sizes = new Float64Array(parentOf.length);
  groupOf.forEach((group, file) => {
    if (counts(file)) {
      sums[group] = (sums[group] ?? 0) + (values[file] ?? 0);
      sizes[group] = (sizes[group] ?? 0) + 1;
    }
  });
  for (let group = parentOf.length - 1; group > 0; group -= 1) {
    const parent = parentOf[group] ?? 0;
    sums[parent] = (sums[parent] ?? 0) + (sums[group] ?? 0);
    sizes[parent] = (sizes[parent] ?? 0) + (sizes[group] ?? 0);
  }
  const rates = new Float64Array(parentOf.length);
  for (let group = 0; group < parentOf.length; group += 1) {
    const parent = parentOf[group] ?? -1;
    const above = parent < 0 ? (sums[group] ?? 0) / Math.max(1, sizes[group] ?? 0) : (rates[parent] ?? 0);
    rates[group] = ((sums[group] ?? 0) + strength * above) / ((sizes[group] ?? 0) + strength);
  }
  return ofGroups(groupOf, rates.map(scale));
}

/** Of each file's group the share of files with a value, on a logarithmic scale: 0 where it has none or is large and hardly any. */
export function shareSeen({parentOf, groupOf}: Hierarchy, isSeen: Float64Array): Float64Array {
  const files = new Float64Array(parentOf.length);
  const seen = new Float64Array(parentOf.length);
  groupOf.forEach((group, file) => {
    files[group] = (files[group] ?? 0) + 1;
    seen[group] = (seen[group] ?? 0) + (isSeen[file] ?? 0);
  });
  return ofGroups(groupOf, seen.map((sum, group) => (sum === 0 ? 0 : Math.max(0, log((sum + 0.3) / ((files[group] ?? 0) + 10)) - log(0.01)))));
}

function ofGroups(groupOf: Int32Array, values: Float64Array): Float64Array {
  const spread = new Float64Array(groupOf.length);
  groupOf.forEach((group, file) => (spread[file] = values[group] ?? 0));
  return spread;
}
