import {type Check, no, ok, unknown} from './check.js';
import type {Host} from './host.js';

export type LockdownMode = 'none' | 'integrity' | 'confidentiality';

/** null where securityfs does not tell. */
export function lockdownMode(host: Host): LockdownMode | null {
  const mode = /\[(none|integrity|confidentiality)\]/.exec(host.read('/sys/kernel/security/lockdown') ?? '')?.[1];
  return (mode as LockdownMode | undefined) ?? null;
}

export function checkLockdown(host: Host): Check {
  const mode = lockdownMode(host);
  switch (mode) {
    case null:
      return unknown('lockdown', '/sys/kernel/security/lockdown can\'t be read', 'mount -t securityfs securityfs /sys/kernel/security');
    case 'none':
      return ok('lockdown', 'none');
    case 'integrity':
      return ok('lockdown', 'integrity: unsigned modules are refused, tracepoints work');
    case 'confidentiality':
      return no('lockdown', 'confidentiality: BPF programs may not read kernel memory', 'boot without lockdown=confidentiality on the kernel command line');
  }
}
