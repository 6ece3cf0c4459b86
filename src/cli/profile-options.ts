import {type Command, InvalidArgumentError} from 'commander';
import {parseRunDuration, type RunDuration} from '../capture/duration.js';
import {parseReadiness, type Readiness} from '../capture/readiness.js';
import type {Step} from '../capture/workload.js';
import {ExitCode} from '../model/exit-code.js';
import {parseProbability} from '../model/units.js';
import {WinnowError} from '../model/winnow-error.js';
import type {AutoLimits} from './auto-runs.js';
import {type CheckedConfig, readConfig} from './config/config-file.js';
import {configWorkloads, type WorkloadSettings} from './config/config-workloads.js';
import type {PlaceOptions} from './place.js';
import {addProbeOptions, type ProbeOptions} from './probe-options.js';
import type {Workload} from './profile-runs.js';

export interface ProfileOptions extends PlaceOptions, ProbeOptions {
  readonly config?: string;
  readonly workload?: string;
  readonly runs?: number | 'auto';
  readonly duration?: number | 'auto';
  readonly untilRisk?: number;
  readonly maxRuns?: number;
  readonly exec: readonly string[];
  readonly test: readonly string[];
  readonly http: readonly string[];
  readonly ready?: Readiness;
  readonly dockerArg: readonly string[];
}

/** What of the options decides which workloads are run, and how. */
export type WorkloadOptions = Pick<ProfileOptions, 'config' | 'workload' | 'runs' | 'duration' | 'untilRisk' | 'maxRuns' | 'exec' | 'test' | 'http' | 'ready' | 'dockerArg'>;

export const defaultUntilRisk = 0.05;
const defaultMaxRuns = 200;

export function addProfileOptions(command: Command): Command {
  command
    .option('--config <file>', 'workloads to run, with their containers and services (docs/config.md)')
    .option('--workload <name>', 'kind of workload that these runs are of, or the one of the config to run (default: default, or all)')
    .option('--runs <n>', 'how many runs, or auto: until enough are made (default: 1)', parseRuns)
    .option('--duration <time>', 'end each run after this long (30s, 5m), or auto: once nothing new is found', parseRunDuration)
    .option('--until-risk <p>', `when auto is satisfied (docs/auto.md; default: ${defaultUntilRisk})`, parseUntilRisk)
    .option('--max-runs <n>', `how many runs auto makes at most (default: ${defaultMaxRuns})`, parseCount)
    .option('--exec <cmd>', 'command to run inside once it is ready (repeatable)', collect, [])
    .option('--test <cmd>', 'command to run on the host, with WINNOW_ADDRESS and WINNOW_CONTAINER set (repeatable)', collect, [])
    .option('--http <url>', 'request to make; {address} stands for the container (repeatable)', collect, [])
    .option('--ready <when>', 'tcp:PORT, http:URL, log:REGEX, healthcheck or a time', parseReadiness)
    .option('--docker-arg <arg>', 'option of docker run, such as --docker-arg=--env=A=1 (repeatable)', collect, []);
  return addProbeOptions(command, ['auto', 'ebpf', 'module', 'bpftrace']);
}

/** What the options and the config they name ask for; an option wins over the config. @throws WinnowError (usage) */
export async function chooseWorkloads(args: readonly string[], options: WorkloadOptions, cwd: string): Promise<{workloads: Workload[]; limits: AutoLimits}> {
  const config = options.config === undefined ? null : await readConfig(options.config, cwd);
  const untilRisk = options.untilRisk ?? config?.content['until-risk'] ?? defaultUntilRisk;
  const settings = config === null ? [{...nothing, workload: options.workload ?? 'default'}] : chosenOf(config, options);
  return {
    workloads: settings.map((given) => workloadOf(overridden(given, args, options), untilRisk)),
    limits: {untilRisk, maxRuns: options.maxRuns ?? config?.content['max-runs'] ?? defaultMaxRuns},
  };
}

const nothing = {command: [], dockerArgs: [], steps: [], services: []} as const;

function chosenOf(config: CheckedConfig, {workload, config: file = ''}: WorkloadOptions): WorkloadSettings[] {
  const all = configWorkloads(config);
  const chosen = all.filter((settings) => workload === undefined || settings.workload === workload);
  if (chosen.length === 0) {
    throw new WinnowError(`${file} has no workload "${workload ?? ''}"`, {exitCode: ExitCode.usage, hint: `it has ${all.map((settings) => settings.workload).join(', ')}`});
  }
  return chosen;
}

/** Of what can be given once, the option's; options for the engine come behind the config's, where later ones win. */
function overridden(settings: WorkloadSettings, args: readonly string[], {runs, duration, ready, dockerArg, ...options}: WorkloadOptions): WorkloadSettings {
  const steps = stepsOf(options);
  return {
    ...settings,
    ...(runs === undefined ? {} : {runs}),
    ...(duration === undefined ? {} : {duration}),
    ...(ready === undefined ? {} : {ready}),
    ...(args.length === 0 ? {} : {command: args}),
    ...(steps.length === 0 ? {} : {steps}),
    dockerArgs: [...settings.dockerArgs, ...dockerArg],
  };
}

export function workloadOf({runs = 1, duration, ready = {by: 'started'}, ...plan}: WorkloadSettings, untilRisk: number): Workload {
  return {runs, plan: {...plan, ready, duration: durationOf(duration, untilRisk)}};
}

export function durationOf(duration: number | 'auto' | undefined, share: number): RunDuration {
  if (duration === undefined) {
    return {until: 'done'};
  }
  return duration === 'auto' ? {until: 'dry', share} : {until: 'time', ms: duration};
}

export function stepsOf({exec, test, http}: Pick<ProfileOptions, 'exec' | 'test' | 'http'>): Step[] {
  return [
    ...exec.map((command): Step => ({kind: 'exec', command})),
    ...test.map((command): Step => ({kind: 'test', command})),
    ...http.map((url): Step => ({kind: 'http', url})),
  ];
}

export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

function parseRuns(text: string): number | 'auto' {
  return text === 'auto' ? text : parseCount(text);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 10_000) {
    throw new InvalidArgumentError('it takes a number from 1 to 10000');
  }
  return count;
}

export function parseUntilRisk(text: string): number {
  const probability = parseProbability(text);
  if (probability === 0) {
    throw new InvalidArgumentError('it takes a probability above 0: no number of runs shows that nothing is left');
  }
  return probability;
}
