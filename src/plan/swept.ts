import {parentPath} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {FileProbability} from '../model/profile.js';

interface Owned {
  readonly path: ContainerPath;
  readonly package: string | null;
}

/** Such runs among one more than were made: the mean of a Beta(0.05, 0.95) belief that none of them has raised. */
const sweptRuns = 0.05;

/**
 * Now and then a run reads all that a package holds: a backup, a search, a table of all time zones. Files that are cheap to keep and
 * dear to miss by the hundred are priced as if that happened at this rate, though the runs so far can't tell it from never.
 *
 * @param runs that read no package whole
 * @returns probability that the next run does so with a certain one, 0 to 1
 */
export function sweptRate(runs: number): number {
  return sweptRuns / (runs + 1);
}

/** What is read whole: a package, or the directory of a file that belongs to none. */
export function ownerOf({path, package: packageName}: Owned): string {
  return packageName ?? parentPath(path); // a path starts with "/", a package's name does not
}

/** Whether runs touched anything of the same owner; for each file. */
export function besideTouched(files: readonly Owned[], isTouched: (at: number) => boolean): boolean[] {
  const owners = files.map(ownerOf);
  const touched = new Set(owners.filter((_, at) => isTouched(at)));
  return owners.map((owner) => touched.has(owner));
}

/**
 * What a plan by cost reckons with at least, since a kept byte costs little where a miss is dear: for a file that runs needed, that the next
 * run may be of another kind than theirs; for one beside files that they touched, that it reads all of a package.
 */
export function leastPriced(file: Pick<FileProbability, 'probability' | 'openedRuns' | 'observedRuns' | 'observedFlawedRuns'> | undefined, isBeside: boolean, runs: number): number {
  if (file === undefined || file.observedRuns + file.observedFlawedRuns === 0) {
    return isBeside ? sweptRate(runs) : 0;
  }
  return file.openedRuns > 0 ? file.probability : 0;
}
