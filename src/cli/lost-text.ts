import type {Losses} from '../capture/recorder.js';
import {plural} from '../model/plural.js';
import type {LossReason} from '../wire/probe-event.js';

/** Why each kind of record was lost, and what mends it. */
const reasons: Readonly<Record<LossReason, string>> = {
  ring: 'found no room in the kernel\'s buffer: give a larger --ring-size',
  path: 'of paths that are too deep or start from an unknown directory: nothing mends that (docs/probes.md)',
  fault: 'of names that had left the memory when the call returned: run again',
  recursion: 'skipped by the kernel while the probe was busy: run again',
  process: 'of processes that the kernel had no memory to follow: free some',
  compat: 'of 32-bit programs that this rung does not see: give --rung tracepoint',
  tool: 'dropped by the tool behind the probe: give --backend ebpf',
};

/**
 * What runs lost, by reason, and what to do about it. `most`: the runs are of one probe, which can't tell whose a record
 * was, so that each has counted it.
 */
export function lostText(runs: readonly Losses[], together: 'sum' | 'most'): string {
  const counts = new Map<LossReason, number>();
  for (const [reason, count] of runs.flatMap((losses) => [...losses])) {
    const before = counts.get(reason) ?? 0;
    counts.set(reason, together === 'sum' ? before + count : Math.max(before, count));
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count} ${reasons[reason]}`);
  return `${plural(total, 'record')} lost, so these runs justify no removal; ${parts.join('; ')}`;
}
