import path from 'node:path';
import {argvOf} from '../../capture/command-line.js';
import {parseDockerArgs} from '../../capture/docker-args.js';
import {parseRunDuration} from '../../capture/duration.js';
import {parseReadiness, type Readiness} from '../../capture/readiness.js';
import type {Service} from '../../capture/services.js';
import type {Step} from '../../capture/workload.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {ConfigPath} from './checked-file.js';
import type {CheckedConfig, ConfigContainer, ConfigStep, ConfigWorkload} from './config-file.js';

/** A workload as the command line or a config gives it; what neither says is left out. */
export interface WorkloadSettings {
  readonly workload: string;
  readonly runs?: number | 'auto';
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  readonly ready?: Readiness;
  /** In milliseconds. */
  readonly duration?: number | 'auto';
  readonly steps: readonly Step[];
  readonly services: readonly Service[];
}

/** The workloads of a config, in its order. @throws WinnowError (usage) that names the line of a value that does not parse */
export function configWorkloads({content, directory, problemAt}: CheckedConfig): WorkloadSettings[] {
  const names = new Set<string>();
  return content.workloads.map((workload, index) => {
    const place = ['workloads', index];
    if (names.has(workload.name)) {
      throw problemAt([...place, 'name'], `there are two workloads of the name "${workload.name}"`, 'name one of them otherwise');
    }
    names.add(workload.name);
    return settingsOf(workload, place, directory, problemAt);
  });
}

function settingsOf(workload: ConfigWorkload, place: ConfigPath, directory: string, problemAt: CheckedConfig['problemAt']): WorkloadSettings {
  const {name, runs, network, ports = [], duration, steps = [], services = {}} = workload;
  const container = containerOf(workload, place, directory, problemAt);
  const networkArgs = [...(network === undefined ? [] : [`--network=${network}`]), ...ports.map((port) => `--publish=${port}`)];
  return {
    workload: name,
    ...(runs === undefined ? {} : {runs}),
    ...container,
    dockerArgs: [...networkArgs, ...container.dockerArgs],
    ...(duration === undefined ? {} : {duration: parseRunDuration(duration)}), // the schema has its pattern
    steps: steps.map(stepOf),
    services: Object.entries(services).map(([key, service]): Service => {
      const {ready = {by: 'started'}, ...rest} = containerOf(service, [...place, 'services', key], directory, problemAt);
      return {name: key, image: service.image, ...rest, ready, capture: service.capture ?? false};
    }),
  };
}

function containerOf(
  {command = [], env = {}, mounts = [], docker = [], ready}: ConfigContainer,
  place: ConfigPath,
  directory: string,
  problemAt: CheckedConfig['problemAt'],
): Pick<WorkloadSettings, 'command' | 'dockerArgs' | 'ready'> {
  docker.forEach((option, index) => atLine([...place, 'docker', index], problemAt, () => parseDockerArgs([option])));
  return {
    command: typeof command === 'string' ? argvOf(command) : command,
    dockerArgs: [
      ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
      ...mounts.map((mount) => `--volume=${hostPathOf(mount, directory)}`),
      ...docker,
    ],
    ...(ready === undefined ? {} : {ready: atLine([...place, 'ready'], problemAt, () => parseReadiness(ready))}),
  };
}

/** A source that begins with "." is relative to the config, wherever winnow runs; one without "/" is a volume's name. */
function hostPathOf(mount: string, directory: string): string {
  const [source = '', ...rest] = mount.split(':');
  return [source.startsWith('.') ? path.resolve(directory, source) : source, ...rest].join(':');
}

function stepOf(step: ConfigStep): Step {
  if ('exec' in step) {
    return {kind: 'exec', command: step.exec};
  }
  return 'test' in step ? {kind: 'test', command: step.test} : {kind: 'http', url: step.http};
}

function atLine<T>(place: ConfigPath, problemAt: CheckedConfig['problemAt'], parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof WinnowError ? problemAt(place, error.message, error.hint) : error;
  }
}
