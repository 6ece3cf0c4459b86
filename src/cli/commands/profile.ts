import type {Command} from 'commander';
import {containerPorts} from '../../capture/container-ports.js';
import {loadImageIndex} from '../../image/index-cache.js';
import type {AutoLimits} from '../auto-runs.js';
import type {CommandContext} from '../context.js';
import {addPlaceOptions, type Place, withPlace} from '../place.js';
import {checkProbeOptions, probeChoiceOf} from '../probe-options.js';
import {addProfileOptions, chooseWorkloads, type ProfileOptions} from '../profile-options.js';
import {ProfileProgress} from '../profile-progress.js';
import {reportProfile} from '../profile-report.js';
import {type ProfileResult, profileRuns, type Workload} from '../profile-runs.js';
import type {RegisterCommand} from '../program.js';

export const registerProfile: RegisterCommand = (program, contextOf) => {
  addProfileOptions(addPlaceOptions(program.command('profile')))
    .description('run an image under capture, and keep what it touched')
    .argument('<image>', 'name or id of an image on this engine')
    .argument('[arg...]', 'command for the container; behind -- where it has dashes')
    .addHelpText('after', `
Steps run in the order --exec, --test, --http; without any, a run lasts until the container ends.

Examples:
  winnow profile shop:1.4 --workload smoke --runs 3 --docker-arg=--network=host --ready tcp:8080 --http http://127.0.0.1:8080/
  winnow profile tools:2 --workload report -- report --since yesterday
  winnow profile shop:1.4 --config winnow.yaml --runs auto
  winnow profile shop:1.4 --host ssh://root@build-7 --ready tcp:8080 --http http://{address}:8080/`)
    .action(async (image: string, args: string[], options: ProfileOptions, command: Command) => {
      await profile(image, args, options, contextOf(command));
    });
};

async function profile(image: string, args: readonly string[], options: ProfileOptions, context: CommandContext): Promise<void> {
  checkProbeOptions(options);
  const {workloads, limits} = await chooseWorkloads(args, options, context.cwd);
  const result = await withPlace(options, workloads.flatMap(portsOf), context, (place) => profileAt(place, image, workloads, limits, options, context));
  reportProfile(image, result, context);
}

function portsOf({plan: {ready, steps, services}}: Workload): number[] {
  return [...containerPorts(ready, steps), ...services.flatMap((service) => containerPorts(service.ready, []))];
}

async function profileAt(
  {docker, probeHost, reach}: Place,
  image: string,
  workloads: readonly Workload[],
  limits: AutoLimits,
  options: ProfileOptions,
  context: CommandContext,
): Promise<ProfileResult> {
  const index = await loadImageIndex(docker, image, context.storeDirectory);
  const {Config} = await docker.getImage(index.image.id).inspect();
  const progress = new ProfileProgress(context, runsAtMost(workloads, limits));
  return profileRuns(
    {
      index,
      storeDirectory: context.storeDirectory,
      workloads,
      limits,
      probe: {...probeChoiceOf(options, probeHost, context.note), workingDirectory: Config.WorkingDir || '/'},
    },
    {docker, reach, signal: context.signal, onEvent: (event, state) => progress.show(event, state)},
  ).finally(() => progress.close());
}

function runsAtMost(workloads: readonly Workload[], {maxRuns}: AutoLimits): number {
  const counted = workloads.reduce((sum, {runs}) => sum + (runs === 'auto' ? 0 : runs), 0);
  return counted + (workloads.some(({runs}) => runs === 'auto') ? maxRuns : 0);
}
