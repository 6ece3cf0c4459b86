import {type Command, InvalidArgumentError} from 'commander';
import {startProbe, startProbes} from '../../capture/choose-probe.js';
import {containerPorts} from '../../capture/container-ports.js';
import {parseRunDuration} from '../../capture/duration.js';
import {parseReadiness, type Readiness} from '../../capture/readiness.js';
import {sharingStart} from '../../capture/shared-probe.js';
import {ExitCode} from '../../model/exit-code.js';
import {plural} from '../../model/plural.js';
import {WinnowError} from '../../model/winnow-error.js';
import {AttachProgress} from '../attach-progress.js';
import {type AttachResult, attachRuns} from '../attach-runs.js';
import {type AttachWork, checkWork, runAttachSteps} from '../attach-steps.js';
import {checkTargets, findTargets, type TargetOptions} from '../attach-targets.js';
import type {CommandContext} from '../context.js';
import {lostText} from '../lost-text.js';
import {addPlaceOptions, type Place, type PlaceOptions, withPlace} from '../place.js';
import {addProbeOptions, checkProbeOptions, probeChoiceOf, type ProbeOptions} from '../probe-options.js';
import {collect, defaultUntilRisk, durationOf, parseUntilRisk, stepsOf} from '../profile-options.js';
import {runLine} from '../profile-report.js';
import type {RegisterCommand} from '../program.js';

interface AttachOptions extends PlaceOptions, TargetOptions, ProbeOptions {
  readonly workload: string;
  readonly ready?: Readiness;
  readonly duration?: number | 'auto';
  readonly untilRisk?: number;
  readonly exec: readonly string[];
  readonly test: readonly string[];
  readonly http: readonly string[];
}

export const registerAttach: RegisterCommand = (program, contextOf) => {
  const command = addPlaceOptions(program.command('attach'))
    .description('capture containers that others start, or that run already')
    .argument('[container...]', 'names or ids of containers that run or were never started')
    .option('--image <image>', 'all containers that run this image; with --cgroup or --pid, the image whose files are used')
    .option('--label <label>', 'all containers with this label, KEY or KEY=VALUE (repeatable)', collect, [])
    .option('--compose <project>', 'all containers of this compose project')
    .option('--cgroup <dir>', 'all processes of a cgroup and of those below it')
    .option('--pid <pid>', 'a process and what descends from it', parsePid)
    .option('--workload <name>', 'kind of workload that these runs are of', 'default')
    .option('--duration <time>', 'end after this long (30s, 5m), or auto: once nothing new is found', parseRunDuration)
    .option('--until-risk <p>', `when --duration auto is satisfied (docs/auto.md; default: ${defaultUntilRisk})`, parseUntilRisk)
    .option('--ready <when>', 'what the steps wait for: tcp:PORT, http:URL, log:REGEX, healthcheck or a time', parseReadiness)
    .option('--exec <cmd>', 'command to run inside the one container that is attached to (repeatable)', collect, [])
    .option('--test <cmd>', 'command to run on the host, with WINNOW_ADDRESS and WINNOW_CONTAINER set where it is one container (repeatable)', collect, [])
    .option('--http <url>', 'request to make; {address} stands for the one container (repeatable)', collect, []);
  addProbeOptions(command, ['auto', 'ebpf', 'module'])
    .addHelpText('after', `
Each container makes a run of its own image. It lasts until the container ends, --duration is over, the steps are made, or Ctrl-C.
Steps are made once all are attached and --ready, in the order --exec, --test, --http. What a running container has open, mapped and running comes first. A run that did not see its container from start to end is incomplete: it
proves use, never disuse.

Examples:
  winnow attach web
  docker-compose up --no-start && winnow attach --compose shop --test 'docker-compose start && ./smoke.sh && docker-compose stop'
  winnow attach web --ready tcp:8080 --http http://{address}:8080/
  winnow attach --label app=shop --duration 5m
  winnow attach --pid 4711 --image shop:1.4`)
    .action(async (names: string[], options: AttachOptions, called: Command) => attach(names, options, contextOf(called)));
};

async function attach(names: readonly string[], options: AttachOptions, context: CommandContext): Promise<void> {
  checkTargets(names, options);
  checkProbeOptions(options);
  if (options.host !== undefined && (options.cgroup !== undefined || options.pid !== undefined)) {
    throw new WinnowError('--cgroup and --pid are of this host', {exitCode: ExitCode.usage, hint: 'with --host name a container'});
  }
  const work = {ready: options.ready ?? {by: 'started'}, steps: stepsOf(options)} as const;
  if (options.ready !== undefined && work.steps.length === 0) {
    throw new WinnowError('--ready is what steps wait for', {exitCode: ExitCode.usage, hint: 'give --exec, --test or --http, or leave it out'});
  }
  const ports = containerPorts(work.ready, work.steps);
  report(await withPlace(options, ports, context, (place) => attachAt(place, names, work, options, context)), options, context);
}

async function attachAt(place: Place, names: readonly string[], work: AttachWork, options: AttachOptions, context: CommandContext): Promise<AttachResult> {
  const {docker, probeHost} = place;
  const {storeDirectory, signal} = context;
  const {workload, duration, untilRisk = defaultUntilRisk} = options;
  const {steps} = work;
  const targets = await findTargets(docker, names, options, storeDirectory);
  checkWork(work, targets);
  const what = targets.map(({target, index}) => `${target.name} (${index.image.name})`).join(', ');
  const progress = new AttachProgress(context);
  // bpftrace, which would need a directory to start from, can't tell what runs already.
  const probe = {...probeChoiceOf(options, probeHost, context.note), running: true, workingDirectory: '/'};
  return attachRuns(
    {targets, storeDirectory, workload, duration: durationOf(duration, untilRisk)},
    {
      signal,
      startProbe: sharingStart(targets.map(({target}) => target.probe), {
        one: async (target) => startProbe(target, probe),
        together: async (ids) => startProbes(ids, probe),
      }),
      onEvent: (event) => progress.show(event),
      onAttached: () => context.note(`attached to ${what}${duration === undefined && steps.length === 0 ? '; Ctrl-C ends it' : ''}`),
      work: steps.length === 0 ? null : (until) => runAttachSteps(work, targets, place, until),
    },
  ).finally(() => progress.close());
}

/** Exit code by what went wrong most, as for a profile; but Ctrl-C is how a capture ends that nothing else is to end. */
function report({runs, failure}: AttachResult, {duration, ...options}: AttachOptions, context: CommandContext): void {
  if (context.json) {
    context.printJson({runs: runs.map(({target, metadata, driedUp}) => ({target, ...metadata, ...(driedUp === null ? {} : {driedUp})}))});
  } else {
    runs.forEach((run) => context.print(`${run.target}: ${runLine(run)}`));
  }
  if (failure !== null) {
    throw failure;
  }
  const lost = runs.reduce((sum, {metadata}) => sum + metadata.lostRecords, 0);
  if (context.signal.aborted && (duration !== undefined || stepsOf(options).length > 0)) {
    context.note('winnow: interrupted; what was captured is kept');
    context.exitWith(ExitCode.interrupted);
  } else if (lost > 0) {
    context.note(`winnow: ${lostText(runs.map(({losses}) => losses), 'most')}`);
    context.exitWith(ExitCode.lostRecords);
  }
  const partial = runs.filter(({metadata}) => !metadata.complete).length;
  if (partial > 0) {
    context.note(`${plural(partial, 'run')} did not see a container from start to end: proof of use, never of disuse`);
  }
}

function parsePid(text: string): number {
  const pid = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (pid === 0) {
    throw new InvalidArgumentError('it takes the id of a process');
  }
  return pid;
}
