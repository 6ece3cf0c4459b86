import type {RunMetadata} from '../../model/run.js';
import {exp} from '../../stats/elementary.js';
import {isClean} from '../evidence.js';
import type {RunKinds} from './needs.js';

/**
 * Kinds and weights of runs, flawed ones without a kind. A clean run weighs 2^(−age / half-life), its age the number of clean runs
 * that started after it.
 */
export function runKinds(runs: readonly RunMetadata[], halfLifeRuns: number): RunKinds {
  const workloads = [...new Set(runs.filter(isClean).map(({workload}) => workload))].sort();
  const starts = runs.filter(isClean).map(({startedNs}) => startedNs).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return {
    kinds: workloads.length,
    kindOf: Int32Array.from(runs, (run) => (isClean(run) ? workloads.indexOf(run.workload) : -1)),
    weight: Float64Array.from(runs, ({startedNs}) => (halfLifeRuns === Infinity ? 1 : exp((-Math.LN2 * Math.max(0, starts.indexOf(startedNs))) / halfLifeRuns))),
  };
}
