import type {SessionResult} from '../../capture/session.js';
import type {StepAnswer} from '../../capture/workload.js';
import type {AccessRow} from '../../model/access.js';
import type {ContainerPath} from '../../model/container-path.js';

/** One run of a workload, as far as runs are compared. */
export interface Observation {
  /** Of a container that ended by itself. */
  readonly exitCode: number | null;
  /** Why it did not pass, in one line; null where it did. */
  readonly failure: string | null;
  readonly answers: readonly StepAnswer[];
  /** Removed paths that it looked for in vain. */
  readonly missed: ReadonlySet<ContainerPath>;
  /**
   * Removed links that names it looked up go through. Names are resolved through the original image, so they are here as if
   * they had been followed.
   */
  readonly links: ReadonlySet<ContainerPath>;
  /** Directories that it listed. */
  readonly listed: ReadonlySet<ContainerPath>;
  readonly lostRecords: number;
}

const enoent = 2;
const enotdir = 20;

/** @param removed paths that the plan removes; empty for the original image */
export function observationOf({run: {metadata, rows}, failure, answers}: Pick<SessionResult, 'run' | 'failure' | 'answers'>, removed: ReadonlySet<ContainerPath>): Observation {
  const ofRemoved = rows.filter(({path, origin}) => removed.has(path) && origin !== 'mount');
  const isMiss = ({ok, errno}: AccessRow): boolean => !ok && (errno === enoent || errno === enotdir);
  return {
    exitCode: metadata.exitCode,
    failure: failure?.message ?? null,
    answers,
    missed: new Set(ofRemoved.filter(isMiss).map(({path}) => path)),
    links: new Set(ofRemoved.filter(({ok, linkTarget}) => ok && linkTarget !== null).map(({path}) => path)),
    listed: new Set(rows.flatMap(({ok, op, path}) => (ok && op === 'list' ? [path] : []))),
    lostRecords: metadata.lostRecords,
  };
}
