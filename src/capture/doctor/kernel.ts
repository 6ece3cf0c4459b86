import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

/** Linux 5.9 has the last call that probes follow, close_range; 5.5 is the first with BTF-typed tracepoints. */
const oldest = [5, 9] as const;

export function checkKernel({kernelRelease, machine}: Host): Check {
  const [major = 0, minor = 0] = kernelRelease.split(/[.-]/).map(Number);
  const isNewEnough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  const detail = `Linux ${kernelRelease} on ${machine}`;
  return isNewEnough ? ok('kernel', detail) : no('kernel', `${detail}; probes need ${oldest.join('.')}`, 'apt-get install linux-image-amd64');
}
