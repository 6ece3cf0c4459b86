import type {Rung} from '../../model/run.js';
import type {Check} from './check.js';

/** One way to capture a container's run. */
export interface LadderStep {
  readonly rung: LadderRung;
  /** The --backend that it belongs to. */
  readonly backend: 'ebpf' | 'module' | 'bpftrace';
  readonly works: boolean;
  /** What was found: that it attaches, or why not. */
  readonly detail: string;
  /** Whether `winnow profile` would use it, unless told otherwise. */
  readonly used: boolean;
}

/** Best first: a run uses the first that works. */
const ladder = ['fentry', 'tracepoint', 'module', 'bpftrace'] as const satisfies readonly (Rung | 'module' | 'bpftrace')[];
export type LadderRung = (typeof ladder)[number];

const ebpfNeeds = ['privilege', 'kernel', 'btf', 'cgroups', 'ebpf probe'] as const;
const moduleNeeds = ['privilege', 'cgroups', 'kernel module'] as const;
const bpftraceNeeds = ['privilege', 'kernel', 'btf', 'tracefs', 'cgroups', 'bpftrace'] as const;

/** What of the ladder works on a host with these findings; `refusals` are the eBPF probe's, null where it attaches. */
export function climb(checks: readonly Check[], refusals: ReadonlyMap<Rung, string | null>, moduleLoaded: boolean): LadderStep[] {
  const steps = ladder.map((rung) => {
    switch (rung) {
      case 'module':
        return moduleStep(checks, moduleLoaded);
      case 'bpftrace':
        return bpftraceStep(checks);
      default:
        return ebpfStep(rung, checks, refusals);
    }
  });
  const used = steps.find(({works}) => works);
  return steps.map((step) => ({...step, used: step === used}));
}

type Step = Omit<LadderStep, 'used'>;

function ebpfStep(rung: Rung, checks: readonly Check[], refusals: ReadonlyMap<Rung, string | null>): Step {
  const lacks = missing(checks, ebpfNeeds);
  const refusal = lacks === '' ? refusals.get(rung) ?? null : `lacks: ${lacks}`;
  return {rung, backend: 'ebpf', works: refusal === null, detail: refusal ?? 'attaches'};
}

function moduleStep(checks: readonly Check[], loaded: boolean): Step {
  const lacks = missing(checks, moduleNeeds);
  const detail = lacks !== '' ? `lacks: ${lacks}` : loaded ? 'loaded' : 'not loaded: scripts/module load';
  return {rung: 'module', backend: 'module', works: lacks === '' && loaded, detail};
}

function bpftraceStep(checks: readonly Check[]): Step {
  const lacks = missing(checks, bpftraceNeeds);
  return {rung: 'bpftrace', backend: 'bpftrace', works: lacks === '', detail: lacks === '' ? 'attaches' : `lacks: ${lacks}`};
}

function missing(checks: readonly Check[], needed: readonly string[]): string {
  return needed.filter((name) => !checks.some((check) => check.name === name && check.status === 'ok')).join(', ');
}
