import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

export function checkTracefs(host: Host): Check {
  const mounted = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].find((directory) => host.exists(`${directory}/events`));
  if (mounted === undefined) {
    return no('tracefs', 'not mounted', 'mount -t tracefs tracefs /sys/kernel/tracing');
  }
  return host.exists(`${mounted}/events/syscalls`)
    ? ok('tracefs', `mounted at ${mounted}, with system calls`)
    : no('tracefs', 'this kernel was built without CONFIG_FTRACE_SYSCALLS', 'apt-get install linux-image-amd64 && reboot');
}
