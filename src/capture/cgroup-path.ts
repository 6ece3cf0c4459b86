import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';

/**
 * The directory of a cgroup in the unified hierarchy: given as that, as the directory of a v1 controller beside it, or
 * as /proc/PID/cgroup names it, from the hierarchy's root. @throws WinnowError (usage) where there is none
 */
export function unifiedDirectory(cgroup: string): string {
  const mounts = cgroupMounts();
  const unified = mounts.find(({type}) => type === 'cgroup2')?.directory;
  if (unified === undefined) {
    throw new WinnowError('this host has no unified cgroup hierarchy', {exitCode: ExitCode.hostCannot, hint: 'winnow doctor says how to mount it'});
  }
  const full = path.resolve('/', cgroup);
  const above = mounts.map(({directory}) => directory).filter((directory) => full === directory || full.startsWith(`${directory}/`));
  const deepest = above.sort((a, b) => b.length - a.length)[0] ?? '';
  const directory = path.join(unified, full.slice(deepest.length));
  if (!existsSync(path.join(directory, 'cgroup.procs'))) {
    throw new WinnowError(`there is no cgroup "${cgroup}" in the hierarchy at ${unified}`, {exitCode: ExitCode.usage, hint: 'give its directory there, or the path that /proc/PID/cgroup has behind "0::"'});
  }
  return directory;
}

/** Full id of the container that a path of a cgroup, or the lines of /proc/PID/cgroup, name; null where none does. */
export function containerIdIn(text: string): string | null {
  return /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(text)?.[0] ?? null;
}

function cgroupMounts(): {directory: string; type: string}[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' '));
  return lines.flatMap(([, directory = '', type = '']) => (/^cgroup2?$/.test(type) ? [{directory, type}] : []));
}
