import {selectRuns} from '../stats/incidence.js';
import type {RunTouches} from '../store/aggregate.js';

/** What the runs teach without some of them, by their indices; paths that only those touched are gone. */
export function withoutRuns(touches: RunTouches, out: ReadonlySet<number>): RunTouches {
  let kept = 0;
  const newIndex = Int32Array.from(touches.runs, (_, run) => (out.has(run) ? -1 : kept++));
  const touchedBy = selectRuns(touches.touchedBy, newIndex);
  const openedBy = selectRuns(touches.openedBy, newIndex);
  const isTouched = touchedBy.map(({length}) => length > 0);
  return {
    runs: touches.runs.filter((_, run) => newIndex[run] !== -1),
    paths: touches.paths.filter((_, at) => isTouched[at]),
    touchedBy: touchedBy.filter((_, at) => isTouched[at]),
    openedBy: openedBy.filter((_, at) => isTouched[at]),
    opsOf: touches.opsOf.filter((_, at) => isTouched[at]),
  };
}
