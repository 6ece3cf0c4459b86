import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

/** The first version whose tuples and loops the script needs, and whose output is known. */
const oldest = [0, 17] as const;
const trial = 'tracepoint:sched:sched_process_exec { @seen[tid] = 1 } interval:ms:1 { clear(@seen); exit() }';

export async function checkBpftrace(host: Host): Promise<Check> {
  const install = 'apt-get install bpftrace';
  const version = await host.run('bpftrace', ['--version']);
  if (version === null) {
    return no('bpftrace', 'not installed', install);
  }
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(version.out) ?? [];
  if (Number(major) === oldest[0] && Number(minor) < oldest[1]) {
    return no('bpftrace', `${version.out.trim()} is older than ${oldest.join('.')}`, install);
  }
  const attached = await host.run('bpftrace', ['-e', trial]);
  return attached?.code === 0
    ? ok('bpftrace', `${version.out.trim()}, attaches`)
    : no('bpftrace', `${version.out.trim()} can't attach: ${complaint(attached?.error ?? '')}`);
}

/** Its first error but the one about a limit, which it lives with. */
function complaint(talk: string): string {
  return talk.split('\n').find((line) => line !== '' && !line.includes('RLIMIT_MEMLOCK')) ?? 'no reason given';
}
