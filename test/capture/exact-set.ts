import type {ExecutionContext} from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import {pathFromText} from '../../src/model/container-path.js';

interface Expectation {
  readonly op: string;
  readonly errno: number;
  readonly path: string;
  readonly encoded: boolean;
}

/** Files behind mounts that the program opens last. */
export const accessesProgram = ['/workloads/accesses', '/proc/1/status', '/etc/hosts', '/mounted/file'] as const;

/** Holds the rows of a run of the program `accesses` against what it printed: neither may have more than the other. */
export function sameAccesses(t: ExecutionContext, rows: readonly AccessRow[], printed: string): void {
  const expected = printed.trim().split('\n').map((line) => JSON.parse(line) as Expectation);
  // A symlink on the way is a row of its own, which the program does not print; nor does it print its own exec.
  const seen = rows
    .filter(({op, linkTarget}) => op !== 'lookup' || linkTarget === null)
    .map(({op, errno, path}) => `${op} ${errno} ${path}`);
  const made = expected.map(({op, errno, path, encoded}) => `${op} ${errno} ${pathFromText({text: path, encoded})}`);
  // Before main, the C library of a static program asks for its own name.
  const startup = ['exec 0 /workloads/accesses', 'read 0 /proc/self/exe'];
  t.deepEqual(sorted(seen), sorted([...made, ...startup]));

  const links = rows.filter(({op, linkTarget}) => op === 'lookup' && linkTarget !== null);
  const followed = ['absolute-link', 'circle', 'cwd-link', 'dangling-link', 'dir-link', 'jail/link', 'relative-link'];
  t.deepEqual(sorted(links.map(({path}) => path)), followed.map((name) => `/fixture/${name}`));
}

function sorted(lines: readonly string[]): string[] {
  return [...new Set(lines)].sort();
}
