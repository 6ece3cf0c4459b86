import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';

/** What `ownerMark` makes, as a part of a regular expression. */
export const markPattern = '[0-9a-f]{12}-[0-9a-f]{8}-\\d+-\\d+';

/**
 * Stands in the name of what this process has not finished, so that the next one can tell whether anybody is still at it:
 * host, boot, pid, and start in clock ticks after boot, since a pid is given again.
 */
export const ownerMark = (): string => `${hostMark()}-${bootMark()}-${process.pid}-${startTicks(process.pid)}`;

/** Whether its process is known to have ended. False where it ran on another host, of which nothing is known. */
export function isAbandoned(mark: string): boolean {
  const [host, boot, pid, start] = mark.split('-');
  return host === hostMark() && (boot !== bootMark() || start !== startTicks(Number(pid)));
}

/** Of the name and machine-id(5): machines of one name may share a directory or an engine. */
const hostMark = (): string => createHash('sha256').update(`${os.hostname()} ${contentOf('/etc/machine-id')}`).digest('hex').slice(0, 12);

const bootMark = (): string => contentOf('/proc/sys/kernel/random/boot_id').slice(0, 8);

/** Field 22 of proc(5)'s stat, behind a name that may hold anything; '' where there is no such process. */
function startTicks(pid: number): string {
  const stat = contentOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
