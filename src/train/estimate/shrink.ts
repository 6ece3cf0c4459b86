import {log} from '../../stats/elementary.js';
import type {Hierarchy} from './image-structure.js';

/**
 * Rate of each file's innermost group, drawn towards the rate of the group above it, and so on up to the top, which is
 * drawn towards nothing: r_g = (Σ_g value + s·r_above) / (m_g + s), sums over all m_g files below g. A group of few files borrows
 * nearly all, a large one stands for itself (hierarchical shrinkage; Efron & Morris 1975).
 *
 * @param values of each file, 0 to 1
 * @param strength s, in files
 * @param counts false for a file that tells nothing: it has its group's rate and adds nothing to it
 */
export function shrunkRates({parentOf, groupOf}: Hierarchy, values: Float64Array, strength: number, counts: (file: number) => boolean = () => true): Float64Array {
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
  return Float64Array.from(groupOf, (group) => rates[group] ?? 0);
}

/** Of each file's group the share of files with a value, on a logarithmic scale: 0 where it has none or is large and hardly any. */
export function shareSeen(groupOf: Int32Array, isSeen: Float64Array): Float64Array {
  const sizes = new Map<number, {files: number; seen: number}>();
  groupOf.forEach((group, file) => {
    const known = sizes.get(group) ?? {files: 0, seen: 0};
    sizes.set(group, known);
    known.files += 1;
    known.seen += isSeen[file] ?? 0;
  });
  return Float64Array.from(groupOf, (group) => {
    const {files, seen} = sizes.get(group) ?? {files: 0, seen: 0};
    return seen === 0 ? 0 : Math.max(0, log((seen + 0.3) / (files + 10)) - log(0.01));
  });
}
