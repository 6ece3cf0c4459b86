import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

export function checkBtf(host: Host): Check {
  const path = '/sys/kernel/btf/vmlinux';
  return host.exists(path)
    ? ok('btf', `kernel types at ${path}`)
    : no('btf', 'this kernel was built without CONFIG_DEBUG_INFO_BTF', 'apt-get install linux-image-amd64 && reboot');
}
