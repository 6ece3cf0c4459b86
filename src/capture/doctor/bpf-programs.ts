import {type Check, no, ok, unknown} from './check.js';
import type {Host} from './host.js';

/** What the eBPF probe attaches; the others only tell what more this kernel could do. */
export const programsOfProbe = ['tp_btf/sys_exit', 'tp_btf/sched_process_exec', 'tp_btf/sched_process_fork'] as const;

/** Loads one small program of each kind, by the probe itself, since only loading tells. */
export async function checkBpfPrograms(host: Host): Promise<Check[]> {
  if (!host.exists(host.probeBinary)) {
    return [no('ebpf probe', `not built: ${host.probeBinary} is missing`, 'scripts/build')];
  }
  const result = await host.run(host.probeBinary, ['features']);
  const features = result === null ? null : parseFeatures(result.out);
  if (features === null) {
    return [unknown('ebpf probe', `its features can't be read: ${result?.error.trim().split('\n')[0] || 'it printed no JSON'}`, 'scripts/build')];
  }
  return [ok('ebpf probe', host.probeBinary), ...features.map(programCheck)];
}

interface Feature {
  readonly name: string;
  readonly loads: boolean;
  readonly error?: string;
}

function programCheck({name, loads, error}: Feature): Check {
  const title = `program ${name}`;
  return loads ? ok(title, 'loads') : no(title, `does not load: ${error ?? 'no reason given'}`);
}

function parseFeatures(text: string): Feature[] | null {
  try {
    const document: unknown = JSON.parse(text);
    const features: unknown = typeof document === 'object' && document !== null && 'features' in document ? document.features : null;
    return Array.isArray(features) && features.every(isFeature) ? features : null;
  } catch {
    return null;
  }
}

function isFeature(value: unknown): value is Feature {
  return typeof value === 'object' && value !== null
    && 'name' in value && typeof value.name === 'string'
    && 'loads' in value && typeof value.loads === 'boolean'
    && (!('error' in value) || typeof value.error === 'string');
}
