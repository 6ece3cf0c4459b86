import {type BlindSpot, blindSpots} from '../blind-spots.js';
import {checkBpfPrograms} from './bpf-programs.js';
import {checkBpftrace} from './bpftrace.js';
import {checkBtf} from './btf.js';
import {checkCgroups} from './cgroups.js';
import type {Check} from './check.js';
import {checkDocker} from './docker.js';
import type {Host} from './host.js';
import {checkKernelModule, moduleIsLoaded} from './kernel-module.js';
import {checkKernel} from './kernel.js';
import {climb, type LadderRung, type LadderStep} from './ladder.js';
import {checkLockdown} from './lockdown.js';
import {checkPrivilege} from './privilege.js';
import {checkStrace} from './strace.js';
import {checkTracefs} from './tracefs.js';

export interface Examination {
  readonly schema: 'winnow.doctor/1';
  readonly checks: readonly Check[];
  /** Ways to capture, best first. */
  readonly ladder: readonly LadderStep[];
  readonly probe: {
    /** What `winnow profile` would use; null where nothing works. */
    readonly chosen: 'ebpf' | 'module' | 'bpftrace' | null;
    /** The step of the ladder; null where nothing works. */
    readonly rung: LadderRung | null;
    readonly why: string;
    /** What that probe does not show. */
    readonly cannotSee: readonly BlindSpot[];
  };
  /** A probe works and Docker answers. */
  readonly canProfile: boolean;
}

/** Every check of this host, and what follows from them. */
export async function examineHost(host: Host): Promise<Examination> {
  const bpf = await checkBpfPrograms(host);
  const checks = [
    checkPrivilege(host),
    checkKernel(host),
    checkBtf(host),
    checkTracefs(host),
    checkLockdown(host),
    checkCgroups(host),
    ...bpf.checks,
    await checkBpftrace(host),
    await checkDocker(host),
    await checkStrace(host),
    checkKernelModule(host),
  ];
  const ladder = climb(checks, bpf.refusals, moduleIsLoaded(host));
  const {chosen, rung, why} = chooseProbe(ladder);
  return {
    schema: 'winnow.doctor/1',
    checks,
    ladder,
    probe: {chosen, rung, why, cannotSee: blindSpots.filter(({probes}) => rung !== null && probes.includes(rung))},
    canProfile: chosen !== null && checks.some(({name, status}) => name === 'docker' && status === 'ok'),
  };
}

function chooseProbe(ladder: readonly LadderStep[]): Pick<Examination['probe'], 'chosen' | 'rung' | 'why'> {
  const used = ladder.find((step) => step.used);
  if (used === undefined) {
    return {chosen: null, rung: null, why: ladder.map(({rung, detail}) => `${rung}: ${detail}`).join('; ')};
  }
  const why = used.backend === 'ebpf' ? 'it attaches, names the very files and counts in the kernel' : 'the eBPF probe does not attach';
  return {chosen: used.backend, rung: used.rung, why};
}
