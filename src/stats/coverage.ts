import type {Incidence} from './incidence.js';

/**
 * Good–Turing sample coverage over runs: the estimated share of a future run's needs that some run has shown,
 * 1 − Q₁ / Σ k, where Q₁ files were needed by one run only (Good 1953; for incidence data Chao & Jost 2012). 0 to 1;
 * nothing needed at all leaves nothing known: 0.
 */
export function coverage(incidence: Incidence): number {
  let uniques = 0;
  let total = 0;
  for (const {length} of incidence) {
    uniques += length === 1 ? 1 : 0;
    total += length;
  }
  return total === 0 ? 0 : 1 - uniques / total;
}
