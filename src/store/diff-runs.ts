import type {ContainerPath} from '../model/container-path.js';
import type {Run} from '../model/run.js';

/** What came of all accesses to a path in a run: 0 where any worked, else the errno of the last. */
export type Outcome = number;

export interface RunDiff {
  readonly onlyInA: readonly ContainerPath[];
  readonly onlyInB: readonly ContainerPath[];
  /** In both, but what came of it is not the same. */
  readonly changed: readonly {readonly path: ContainerPath; readonly a: Outcome; readonly b: Outcome}[];
}

/** Compares the paths of two runs; every list is in code-unit order. */
export function diffRuns(a: Run, b: Run): RunDiff {
  const outcomesA = outcomesOf(a);
  const outcomesB = outcomesOf(b);
  const pathsA = [...outcomesA.keys()].sort();
  return {
    onlyInA: pathsA.filter((path) => !outcomesB.has(path)),
    onlyInB: [...outcomesB.keys()].filter((path) => !outcomesA.has(path)).sort(),
    changed: pathsA.flatMap((path) => {
      const [inA, inB] = [outcomesA.get(path), outcomesB.get(path)];
      return inA === undefined || inB === undefined || inA === inB ? [] : [{path, a: inA, b: inB}];
    }),
  };
}

function outcomesOf({rows}: Run): Map<ContainerPath, Outcome> {
  const outcomes = new Map<ContainerPath, Outcome>();
  for (const {path, ok, errno} of rows) {
    if (outcomes.get(path) !== 0) {
      outcomes.set(path, ok ? 0 : errno);
    }
  }
  return outcomes;
}
