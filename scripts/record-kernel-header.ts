import {release} from 'node:os';
import {recordVendored, sha256Of} from './vendor-manifest.js';

// The header is this kernel's own description of its types; nothing of it leaves the machine.
await recordVendored([
  {
    file: 'vmlinux.h',
    sha256: await sha256Of('vmlinux.h'),
    packages: [{name: 'linux', version: release(), origin: '/sys/kernel/btf/vmlinux', licence: 'GPL-2.0-only', licenceFile: null}],
  },
]);
