import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

/** Bits of linux/capability.h that loading and attaching BPF programs takes. */
const wanted = [['CAP_SYS_ADMIN', 21n], ['CAP_PERFMON', 38n], ['CAP_BPF', 39n]] as const;

export function checkPrivilege(host: Host): Check {
  if (host.uid !== 0) {
    return no('privilege', `runs as user ${host.uid}, not root`, 'sudo -E winnow doctor');
  }
  const effective = BigInt(`0x${/^CapEff:\s*([\da-f]+)$/m.exec(host.read('/proc/self/status') ?? '')?.[1] ?? '0'}`);
  const missing = wanted.filter(([, bit]) => (effective & (1n << bit)) === 0n).map(([name]) => name);
  return missing.length === 0
    ? ok('privilege', 'root with every capability that probes need')
    : no('privilege', `root, but without ${missing.join(', ')}`, `docker run ${missing.map((name) => `--cap-add ${name.slice(4)}`).join(' ')} … (or run outside of the container)`);
}
