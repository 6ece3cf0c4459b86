import type {Command} from 'commander';
import {type Readiness, parseReadiness} from '../capture/readiness.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {listRuns} from '../store/store.js';
import type {CommandContext} from './context.js';
import {earlierIds} from './earlier-images.js';
import type {WorkloadSettings} from './config/config-workloads.js';
import type {EvidenceOptions} from './evidence-options.js';
import {readKeptWorkloads} from './kept-workloads.js';
import {chooseWorkloads, collect, defaultUntilRisk, workloadOf} from './profile-options.js';
import type {Workload} from './profile-runs.js';

export interface VerifyOptions {
  /** False with --no-verify. */
  readonly verify: boolean;
  readonly config?: string;
  readonly workload?: string;
  readonly exec: readonly string[];
  readonly test: readonly string[];
  readonly http: readonly string[];
  readonly ready?: Readiness;
  readonly dockerArg: readonly string[];
  readonly maxRepairs: number;
}

const defaultMaxRepairs = 5;

export function addVerifyOptions(command: Command): Command {
  return command
    .option('--no-verify', 'run nothing on the debloated image')
    .option('--config <file>', 'workloads to verify with (docs/config.md; default: those that it was profiled with)')
    .option('--workload <name>', 'only the workload of that name')
    .option('--exec <cmd>', 'verify with a command inside (repeatable)', collect, [])
    .option('--test <cmd>', 'verify with a command on the host (repeatable)', collect, [])
    .option('--http <url>', 'verify with a request; {address} stands for the container (repeatable)', collect, [])
    .option('--ready <when>', 'when --exec, --test and --http begin: tcp:PORT, http:URL, log:REGEX, healthcheck or a time', parseReadiness)
    .option('--docker-arg <arg>', 'option of docker run for the containers (repeatable)', collect, [])
    .option('--max-repairs <n>', `how often what was missed may be added back (default: ${defaultMaxRepairs})`, parseRepairs, defaultMaxRepairs);
}

/** True where the options say what to run. */
export const namesWorkloads = ({config, exec, test, http}: VerifyOptions): boolean => config !== undefined || exec.length + test.length + http.length > 0;

/** What to run: what the options say, else what complete runs of the image were made with. @throws WinnowError (usage) where there is nothing */
export async function workloadsToVerify(imageId: string, name: string, options: VerifyOptions & Partial<EvidenceOptions>, context: CommandContext): Promise<Workload['plan'][]> {
  const {workload, from = []} = options;
  if (namesWorkloads(options)) {
    const {workloads} = await chooseWorkloads([], options, context.cwd);
    return workloads.map(({plan}) => plan);
  }
  const kept = (await keptWorkloads(imageId, from, context)).filter((settings) => workload === undefined || settings.workload === workload);
  if (kept.length === 0) {
    throw new WinnowError(`no workload of ${name} is known to verify with`, {
      exitCode: ExitCode.usage, hint: 'name some with --config, --exec, --test or --http, or go without with --no-verify',
    });
  }
  return kept.map((settings) => workloadOf({...settings, dockerArgs: [...settings.dockerArgs, ...options.dockerArg]}, defaultUntilRisk).plan);
}

/** Those of the image, and of earlier ones those that it has none of that name of. */
async function keptWorkloads(imageId: string, from: readonly string[], {storeDirectory}: CommandContext): Promise<WorkloadSettings[]> {
  const found = await readKeptWorkloads(storeDirectory, imageId);
  for (const id of from.length === 0 ? [] : earlierIds(from, imageId, await listRuns(storeDirectory))) {
    const earlier = await readKeptWorkloads(storeDirectory, id);
    found.push(...earlier.filter(({workload}) => found.every((known) => known.workload !== workload)));
  }
  return found;
}

function parseRepairs(text: string): number {
  if (!/^\d{1,3}$/.test(text)) {
    throw new WinnowError(`--max-repairs takes a number from 0 to 999, not "${text}"`, {exitCode: ExitCode.usage});
  }
  return Number(text);
}
