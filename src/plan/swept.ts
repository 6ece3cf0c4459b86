import {parentPath} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';

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
