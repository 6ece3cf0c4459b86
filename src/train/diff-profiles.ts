import type {ContainerPath} from '../model/container-path.js';
import type {FileProbability, Profile} from '../model/profile.js';

/** Smaller steps are what one more run makes. */
const noticeable = 0.1;

export interface ProfileDiff {
  /** Paths that runs of the one wanted, and no run of the other; also where the other's image lacks them. */
  readonly onlyInA: readonly ContainerPath[];
  readonly onlyInB: readonly ContainerPath[];
  /** Wanted in both, with a probability that differs by a tenth and more. */
  readonly changed: readonly {readonly path: ContainerPath; readonly a: number; readonly b: number}[];
  readonly evidence: {readonly a: Profile['evidence']; readonly b: Profile['evidence']};
}

/** Compares what two profiles say is wanted; every list is in the order of paths. */
export function diffProfiles(a: Profile, b: Profile): ProfileDiff {
  const inA = wantedOf(a);
  const inB = wantedOf(b);
  return {
    onlyInA: [...inA.keys()].filter((path) => !inB.has(path)),
    onlyInB: [...inB.keys()].filter((path) => !inA.has(path)),
    changed: [...inA].flatMap(([path, {probability}]) => {
      const other = inB.get(path)?.probability;
      return other === undefined || Math.abs(other - probability) < noticeable ? [] : [{path, a: probability, b: other}];
    }),
    evidence: {a: a.evidence, b: b.evidence},
  };
}

const wantedOf = ({files}: Profile): Map<ContainerPath, FileProbability> =>
  new Map(files.filter(({observedRuns, observedFlawedRuns}) => observedRuns + observedFlawedRuns > 0).map((file) => [file.path, file]));
