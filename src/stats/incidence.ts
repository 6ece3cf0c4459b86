/**
 * Which runs needed which file: for each file the ascending, distinct indices of its runs. The common input of the
 * run-level statistics. Two stores' incidences merge by numbering the second one's runs on from the first's.
 */
export type Incidence = readonly Uint32Array[];

/** Keeps the runs for which `newIndex` is not −1, numbered by it; it must not reorder the runs it keeps. */
export function selectRuns(incidence: Incidence, newIndex: Int32Array): Incidence {
  if (newIndex.every((index, run) => index === run)) {
    return incidence;
  }
  return incidence.map((runs) => runs.filter((run) => newIndex[run] !== -1).map((run) => newIndex[run] ?? 0));
}

/** histogram[k] = number of files needed in exactly k of `runs` runs; length runs + 1. */
export function incidenceHistogram(incidence: Incidence, runs: number): Uint32Array {
  const histogram = new Uint32Array(runs + 1);
  for (const {length} of incidence) {
    histogram[length] = (histogram[length] ?? 0) + 1;
  }
  return histogram;
}
