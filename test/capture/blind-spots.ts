import {blindSpots, type ProbeName} from '../../src/capture/blind-spots.js';
import type {AccessRow} from '../../src/model/access.js';

/** What the program makes accesses to that some probe can't see. It needs io_uring, which Docker's own filter forbids. */
export const blindSpotsProgram = ['/workloads/blindspots'] as const;

/** The test, by its path below test, that shows a line of the table which the program is not about; or why there is none. */
export const elsewhere: Readonly<Record<string, string>> = {
  'loader-link': '`vm/lsm`',
  killed: '`capture/hostile`',
  'old-io-uring': 'none: no kernel of Debian 12 is that old',
  burst: '`capture/bpftrace-probe`',
  'mapped-before': '`cli/commands/attach`, of what is read instead: no call and no hook tells of a page that is there already',
};

/** The last column of the table. */
export const shownBy = (id: string): string => elsewhere[id] ?? '`capture/blind-spots`';

interface Access {
  /** Id of the blind spot. */
  readonly spot: string;
  readonly op: string;
  readonly errno: number;
  readonly path: string;
}

/** What a probe without any blind spot would show. */
export function accessesOf(printed: string): Access[] {
  return printed.trim().split('\n').map((line) => JSON.parse(line) as Access);
}

/** The spots of which a run shows nothing, or not everything. */
export function spotsMissed(rows: readonly AccessRow[], printed: string): string[] {
  const seen = new Set(rows.map(({op, errno, path}) => `${op} ${errno} ${path}`));
  const missed = accessesOf(printed).filter(({op, errno, path}) => !seen.has(`${op} ${errno} ${path}`));
  return [...new Set(missed.map(({spot}) => spot))].sort();
}

/** Those that the table has for the probe, of the ones that the program is about. */
export function spotsOf(probe: ProbeName, printed: string): string[] {
  const tried = new Set(accessesOf(printed).map(({spot}) => spot));
  return blindSpots.filter(({id, probes}) => tried.has(id) && probes.includes(probe)).map(({id}) => id).sort();
}
