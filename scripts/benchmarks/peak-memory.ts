import {readdir, readFile} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';

const everyMs = 50;

/** Bytes resident at most, as last seen: of a winnow process, and of the probe that it started. */
export interface PeakMemory {
  readonly controller: number;
  readonly probe: number;
}

/** Watches until `signal`; growth in a process's last 50 ms may be missed. */
export async function watchMemory(pid: number, signal: AbortSignal): Promise<PeakMemory> {
  let [controller, probe] = [0, 0];
  while (!signal.aborted) {
    controller = Math.max(controller, await peakOf(String(pid)));
    for (const child of await childrenOf(pid)) {
      probe = Math.max(probe, await peakOf(child, 'winnow-probe'));
    }
    await delay(everyMs);
  }
  return {controller, probe};
}

/** 0 where it has ended, or has another name. */
async function peakOf(pid: string, name = '.*'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return new RegExp(`^Name:\\s+${name}$`, 'm').test(status) ? Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024 : 0;
}

async function childrenOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'latin1').catch(() => '')));
  return lists.flatMap((list) => list.split(' ').filter((child) => child !== ''));
}
