import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

/** Probes select by the v2 hierarchy, which a hybrid layout has beside the v1 controllers. */
export function checkCgroups(host: Host): Check {
  const mounts = (host.read('/proc/self/mounts') ?? '').split('\n').map((line) => line.split(' '));
  const v2 = mounts.find(([, , type]) => type === 'cgroup2')?.[1];
  const hasV1 = mounts.some(([, , type]) => type === 'cgroup');
  if (v2 === undefined) {
    return no('cgroups', hasV1 ? 'v1 only' : 'not mounted', 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified, then restart dockerd');
  }
  return ok('cgroups', hasV1 ? `hybrid, v2 at ${v2}` : `v2 at ${v2}`);
}
