import type {Incidence} from './incidence.js';

/**
 * Which runs stand for themselves: of runs of one kind that needed exactly the same files, only the first does. A test
 * repeated unchanged says nothing new about how runs differ, so it must not count again as evidence that they don't.
 *
 * @param kindOf kind of each run (its workload's number), 0 or more
 * @returns for each run its index among the distinct runs, or −1 for a repeat; exact, by partition refinement (Paige & Tarjan 1987)
 */
export function distinctRuns(incidence: Incidence, kindOf: ArrayLike<number>): Int32Array {
  const classOf = Uint32Array.from(kindOf);
  const sizes = new Uint32Array(classOf.reduce((kinds, kind) => Math.max(kinds, kind + 1), 0) + classOf.length);
  classOf.forEach((label) => (sizes[label] = (sizes[label] ?? 0) + 1));
  const refine = makeRefine(classOf, sizes);
  for (const runs of incidence) {
    refine(runs);
  }
  return numberFirstOfEach(classOf);
}

/** Takes the runs of one file and moves them out of every class that has members on both sides. */
function makeRefine(classOf: Uint32Array, sizes: Uint32Array): (runs: Uint32Array) => void {
  const hits = new Uint32Array(sizes.length);
  const movedTo = new Uint32Array(sizes.length);
  let unused = sizes.length - classOf.length;
  return (runs) => {
    for (const run of runs) {
      const label = classOf[run] ?? 0;
      hits[label] = (hits[label] ?? 0) + 1;
    }
    for (const run of runs) {
      const label = classOf[run] ?? 0;
      const count = hits[label] ?? 0;
      if (count > 0) {
        // The first run of its class to pass decides for the class; the others find no hits left.
        const splits = count < (sizes[label] ?? 0);
        movedTo[label] = splits ? unused : label;
        hits[label] = 0;
        if (splits) {
          sizes[label] = (sizes[label] ?? 0) - count;
          sizes[unused] = count;
          unused += 1;
        }
      }
      classOf[run] = movedTo[label] ?? label;
    }
  };
}

function numberFirstOfEach(classOf: Uint32Array): Int32Array {
  const seen = new Set<number>();
  return Int32Array.from(classOf, (label) => {
    if (seen.has(label)) {
      return -1;
    }
    seen.add(label);
    return seen.size - 1;
  });
}
