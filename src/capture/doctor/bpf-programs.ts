import {type Rung, rungs} from '../../model/run.js';
import {type Check, no, ok, unknown} from './check.js';
import type {Host} from './host.js';

export interface BpfFindings {
  readonly checks: readonly Check[];
  /** Why the eBPF probe can't attach on a rung; null where it can. Empty where that was not found out. */
  readonly refusals: ReadonlyMap<Rung, string | null>;
}

/** Loads one small program of each kind, and the probe on each rung, by the probe itself, since only loading tells. */
export async function checkBpfPrograms(host: Host): Promise<BpfFindings> {
  const nothing = new Map<Rung, string | null>();
  if (!host.exists(host.probeBinary)) {
    return {checks: [no('ebpf probe', `not built: ${host.probeBinary} is missing`, 'scripts/build')], refusals: nothing};
  }
  const result = await host.run(host.probeBinary, ['features']);
  const found = result === null ? null : parseFeatures(result.out);
  if (found === null) {
    const talk = result?.error.trim().split('\n')[0] || 'it printed no JSON';
    return {checks: [unknown('ebpf probe', `its features can't be read: ${talk}`, 'scripts/build')], refusals: nothing};
  }
  return {
    checks: [ok('ebpf probe', host.probeBinary), ...found.features.map(programCheck)],
    refusals: new Map(rungs.map((rung) => [rung, refusalOf(found.rungs.find(({name}) => name === rung))])),
  };
}

interface RungFeature {
  readonly name: string;
  readonly attaches: boolean;
  readonly reason?: string;
}

function refusalOf(found: RungFeature | undefined): string | null {
  return found?.attaches === true ? null : found?.reason ?? 'the probe does not have it';
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

function parseFeatures(text: string): {features: Feature[]; rungs: RungFeature[]} | null {
  try {
    const document: unknown = JSON.parse(text);
    return isFeatures(document) ? document : null;
  } catch {
    return null;
  }
}

function isFeatures(value: unknown): value is {features: Feature[]; rungs: RungFeature[]} {
  return typeof value === 'object' && value !== null
    && 'features' in value && Array.isArray(value.features) && value.features.every(isFeature)
    && 'rungs' in value && Array.isArray(value.rungs) && value.rungs.every(isRung);
}

function isRung(value: unknown): value is RungFeature {
  return typeof value === 'object' && value !== null
    && 'name' in value && typeof value.name === 'string'
    && 'attaches' in value && typeof value.attaches === 'boolean'
    && (!('reason' in value) || typeof value.reason === 'string');
}

function isFeature(value: unknown): value is Feature {
  return typeof value === 'object' && value !== null
    && 'name' in value && typeof value.name === 'string'
    && 'loads' in value && typeof value.loads === 'boolean'
    && (!('error' in value) || typeof value.error === 'string');
}
