import {type BlindSpot, blindSpots} from '../blind-spots.js';
import {checkBpfPrograms, programsOfProbe} from './bpf-programs.js';
import {checkBpftrace} from './bpftrace.js';
import {checkBtf} from './btf.js';
import {checkCgroups} from './cgroups.js';
import type {Check} from './check.js';
import {checkDocker} from './docker.js';
import type {Host} from './host.js';
import {checkKernelModule} from './kernel-module.js';
import {checkKernel} from './kernel.js';
import {checkLockdown} from './lockdown.js';
import {checkPrivilege} from './privilege.js';
import {checkStrace} from './strace.js';
import {checkTracefs} from './tracefs.js';

export interface Examination {
  readonly schema: 'winnow.doctor/1';
  readonly checks: readonly Check[];
  readonly probe: {
    /** What `winnow profile` would use; null where nothing works. */
    readonly chosen: 'ebpf' | 'bpftrace' | null;
    readonly why: string;
    /** What that probe does not show. */
    readonly cannotSee: readonly BlindSpot[];
  };
  /** A probe works and Docker answers. */
  readonly canProfile: boolean;
}

/** Every check of this host, and what follows from them. */
export async function examineHost(host: Host): Promise<Examination> {
  const checks = [
    checkPrivilege(host),
    checkKernel(host),
    checkBtf(host),
    checkTracefs(host),
    checkLockdown(host),
    checkCgroups(host),
    ...(await checkBpfPrograms(host)),
    await checkBpftrace(host),
    await checkDocker(host),
    await checkStrace(host),
    checkKernelModule(host),
  ];
  const {chosen, why} = chooseProbe(checks);
  return {
    schema: 'winnow.doctor/1',
    checks,
    probe: {chosen, why, cannotSee: blindSpots.filter(({probes}) => chosen !== null && probes.includes(chosen))},
    canProfile: chosen !== null && works(checks, 'docker'),
  };
}

const neededBy = {
  ebpf: ['privilege', 'kernel', 'btf', 'cgroups', 'ebpf probe', ...programsOfProbe.map((name) => `program ${name}`)],
  bpftrace: ['privilege', 'kernel', 'btf', 'tracefs', 'cgroups', 'bpftrace'],
} as const;

function chooseProbe(checks: readonly Check[]): {chosen: 'ebpf' | 'bpftrace' | null; why: string} {
  const missing = (probe: keyof typeof neededBy): string => neededBy[probe].filter((name) => !works(checks, name)).join(', ');
  if (missing('ebpf') === '') {
    return {chosen: 'ebpf', why: 'its programs load; it names the very files and counts in the kernel'};
  }
  if (missing('bpftrace') === '') {
    return {chosen: 'bpftrace', why: `the eBPF probe lacks: ${missing('ebpf')}`};
  }
  return {chosen: null, why: `the eBPF probe lacks: ${missing('ebpf')}; bpftrace lacks: ${missing('bpftrace')}`};
}

function works(checks: readonly Check[], name: string): boolean {
  return checks.some((check) => check.name === name && check.status === 'ok');
}
