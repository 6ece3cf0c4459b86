import {type Incidence, selectRuns} from '../../src/stats/incidence.js';
import {countUnseen, unseenRisk} from '../../src/stats/unseen-risk.js';
import {runsPerLook} from '../../src/train/run-risk.js';
import {seededRandom} from '../benchmarks/interleave.js';
import {shuffle} from './folds.js';

const draws = 60;

/** Share of random draws of `size` runs whose 95 % bound holds for the runs that were not drawn. */
export function boundCoverage(incidence: Incidence, runs: number, size: number): number {
  const random = seededRandom(size);
  let kept = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const order = shuffle([...Array(runs).keys()], random);
    kept += newShare(incidence, order, size) <= bound(incidence, order.slice(0, size)) ? 1 : 0;
  }
  return kept / draws;
}

/** The same where one looks every ten runs and ends at the first look whose bound is at most `target`; null where no draw ends. */
export function stoppedCoverage(incidence: Incidence, runs: number, target: number): number | null {
  const random = seededRandom(7);
  let ended = 0;
  let kept = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const order = shuffle([...Array(runs).keys()], random);
    for (let size = runsPerLook; size < runs - runsPerLook; size += runsPerLook) {
      if (bound(incidence, order.slice(0, size)) <= target) {
        ended += 1;
        kept += newShare(incidence, order, size) <= target ? 1 : 0;
        break;
      }
    }
  }
  return ended === 0 ? null : 1 - (ended - kept) / draws;
}

function bound(incidence: Incidence, drawn: readonly number[]): number {
  const newIndex = new Map(drawn.map((run, at) => [run, at]));
  const seen = incidence.flatMap((runs) => {
    const of = [...runs].flatMap((run) => newIndex.get(run) ?? []);
    return of.length === 0 || of.length > 2 ? [] : [Uint32Array.from(of).sort()];
  });
  return unseenRisk(countUnseen(seen, drawn.length)).upper95;
}

/** Share of the runs after the first `size` that need a file which none of those needed. */
function newShare(incidence: Incidence, order: readonly number[], size: number): number {
  const place = new Map(order.map((run, at) => [run, at]));
  const fresh = new Set<number>();
  for (const runs of incidence) {
    if (runs.length > 0 && runs.every((run) => (place.get(run) ?? 0) >= size)) {
      runs.forEach((run) => fresh.add(run));
    }
  }
  return fresh.size / (order.length - size);
}

/** Incidence of some runs, numbered anew. */
export function among(incidence: Incidence, total: number, runs: readonly number[]): Incidence {
  const newIndex = new Int32Array(total).fill(-1);
  [...runs].sort((a, b) => a - b).forEach((run, at) => (newIndex[run] = at));
  return selectRuns(incidence, newIndex);
}
