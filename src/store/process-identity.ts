import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';

/** One process among all that ever ran, also where its pid is used again: a pid is unique only together with its start. */
export interface ProcessIdentity {
  /** Name and machine-id(5): machines of one name may share a store, or the engine of a third. */
  readonly host: string;
  readonly boot_id: string;
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat (proc(5)). */
  readonly start_ticks: string;
}

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  return {host: await hostIdentity(), boot_id: await bootId(), pid, start_ticks: await startTicks(pid)};
}

/** Whether a process is known to have ended. False where it ran on another host, of which nothing is known. */
export async function isDead(identity: ProcessIdentity): Promise<boolean> {
  if (identity.host !== (await hostIdentity())) {
    return false;
  }
  return identity.boot_id !== (await bootId()) || identity.start_ticks !== (await startTicks(identity.pid).catch(() => ''));
}

const hostIdentity = async (): Promise<string> => `${hostname()} ${await readFile('/etc/machine-id', 'utf8').catch(() => '')}`.trim();

const bootId = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

async function startTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Field 2, the name in parentheses, may hold spaces and parentheses itself; field 3 follows its last ")".
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
