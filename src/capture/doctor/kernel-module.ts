import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';
import {lockdownMode} from './lockdown.js';

/** Whether the kernel module is loaded, or could be built and loaded here. */
export function checkKernelModule(host: Host): Check {
  const name = 'kernel module';
  if (moduleIsLoaded(host)) {
    return ok(name, 'loaded');
  }
  if (!host.exists('/proc/modules')) {
    return no(name, 'this kernel was built without CONFIG_MODULES', 'apt-get install linux-image-amd64 linux-headers-amd64 && reboot');
  }
  if (host.read('/proc/sys/kernel/modules_disabled')?.trim() === '1') {
    return no(name, 'loading is switched off until the next boot (kernel.modules_disabled)', 'reboot');
  }
  if (lockdownMode(host) !== null && lockdownMode(host) !== 'none') {
    return no(name, `lockdown (${lockdownMode(host)}) refuses unsigned modules${secureBoot(host) ? '; Secure Boot is on' : ''}`,
      secureBoot(host) ? 'mokutil --import KEY.der (and sign the module with KEY)' : 'boot without lockdown= on the kernel command line');
  }
  if (!host.exists(`/lib/modules/${host.kernelRelease}/build`)) {
    return no(name, 'the headers of this kernel are not installed', `apt-get install linux-headers-${host.kernelRelease}`);
  }
  return ok(name, `can be built and loaded (scripts/module load)${secureBoot(host) ? '; Secure Boot is on' : ''}`);
}

/** Its device is there from load to unload. */
export function moduleIsLoaded(host: Host): boolean {
  return host.exists('/dev/winnow');
}

/** The EFI variable is four bytes of attributes and one of value (UEFI specification, 3.3). */
function secureBoot(host: Host): boolean {
  return host.read('/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c')?.charCodeAt(4) === 1;
}
