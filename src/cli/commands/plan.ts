import type {Command} from 'commander';
import {type DebloatConfig, defaultPolicy, type Policy} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import {formatBytes} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {debloatDocument} from '../../plan/debloat-document.js';
import type {PlannedImage} from '../../plan/joint/atoms.js';
import {planJointly} from '../../plan/joint/plan-jointly.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import type {CommandContext} from '../context.js';
import {addEvidenceOptions, type EvidenceOptions, evidenceOf} from '../evidence-options.js';
import {formatPercent, formatPercentUp} from '../figures.js';
import {jointSummary} from '../joint-report.js';
import {costLine, frontTable, planSummary} from '../plan-report.js';
import {addPolicyOptions, historyFor, levelsFor, policyOf, type PolicyOptions} from '../policy-options.js';
import type {RegisterCommand} from '../program.js';
import {loadTrainedImage, type TrainedImage} from '../trained-image.js';
import {writeDocument} from '../write-document.js';

interface PlanOptions extends PolicyOptions, EvidenceOptions {
  readonly front?: true;
  readonly output?: string;
}

export const registerPlan: RegisterCommand = (program, contextOf) => {
  addEvidenceOptions(addPolicyOptions(program.command('plan')))
    .description('decide which files of an image stay and which go, and write it down as a debloat config')
    .argument('<image...>', 'name or id of an image that was profiled')
    .option('--front', 'print the Pareto front of size against misses')
    .option('--output <file>', 'write the config to a file')
    .addHelpText('after', `
Without --budget, --cost and --measure what a run needed stays. --max-risk then adds what new runs may need, and makes all of
them miss a file in at most that share of runs. With --json it prints the config (docs/schema/winnow.debloat.1.json): each path
with probability, decision and reason. docs/plan.md says how it decides.
A glob without "/" matches a name in any directory; one that matches a directory matches all it holds.

Examples:
  winnow plan shop:1.4 --output debloat.json
  winnow plan shop:1.4 --max-risk 0.1 --keep '/usr/share/zoneinfo' --keep '*.pem' --json
  winnow plan shop:1.4 --cost cost.yaml --budget 80MB --together certificates --front
  winnow plan shop:1.5 --from shop:1.4               a new tag, by the runs of the one before it
  winnow plan shop:1.4 mail:2 --output both.json     layers for both, shared where they keep the same`)
    .action(async (images: string[], options: PlanOptions, command: Command) => plan(images, options, contextOf(command)));
};

async function plan([image = '', ...others]: readonly string[], options: PlanOptions, context: CommandContext): Promise<void> {
  if (others.length > 0) {
    await planSet([image, ...others], options, context);
    return;
  }
  const trained = await loadTrainedImage(image, context, evidenceOf(options));
  const policy = await policyOf(options, trained, context);
  const config = planImage(trained, policy, options);
  if (options.output !== undefined) {
    await writeDocument(options.output, debloatDocument(config), context);
  }
  if (context.json) {
    context.printJson(debloatDocument(config));
  } else {
    [
      ...planSummary(config),
      ...(policy.cost == null ? [] : ['', costLine(config, policy.cost)]),
      ...(options.front === undefined ? [] : ['', ...frontTable(config)]),
      ...(options.output === undefined ? [] : ['', `config: ${options.output}`]),
    ].forEach(context.print);
  }
  warn(config, options, context);
}

/** Plans each image by the same policy, then the layers of all. */
async function planSet(images: readonly string[], options: PlanOptions, context: CommandContext): Promise<void> {
  if (options.from.length > 0) {
    throw new WinnowError('--from is for one image', {exitCode: ExitCode.usage, hint: 'plan the images one by one, or without runs of earlier ones'});
  }
  const planned: PlannedImage[] = [];
  for (const image of images) {
    const trained = await loadTrainedImage(image, context, evidenceOf(options));
    if (planned.some(({config}) => config.image.id === trained.index.image.id)) {
      throw new WinnowError(`${image} is named twice`, {exitCode: ExitCode.usage, hint: 'name each image once'});
    }
    planned.push({index: trained.index, config: planImage(trained, await policyOf(options, trained, context), options)});
  }
  const joint = await planJointly(planned);
  const document = {...joint, images: joint.images.map(debloatDocument)};
  if (options.output !== undefined) {
    await writeDocument(options.output, document, context);
  }
  if (context.json) {
    context.printJson(document);
  } else {
    [...jointSummary(joint), ...(options.output === undefined ? [] : ['', `config: ${options.output}`])].forEach(context.print);
  }
  joint.images.forEach((config) => warn(config, options, context, `${config.image.name}: `));
}

function planImage(trained: TrainedImage, policy: Policy, options: PlanOptions): DebloatConfig {
  return planDebloat(trained.profile, trained.index, policy, levelsFor(trained, policy, options), historyFor(trained, policy));
}

/** Says where what was asked for is not what the plan does. @param of which plan, where there are several */
function warn({evidence, calibration, policy: {budget}, totals}: DebloatConfig, {maxRisk}: PlanOptions, context: CommandContext, of = ''): void {
  const keptBytes = totals.bytes - totals.removedBytes;
  if (budget != null && keptBytes > budget) {
    context.note(`winnow: ${of}what the policy keeps takes ${formatBytes(keptBytes)}, more than the budget of ${formatBytes(budget)}`);
    context.exitWith(ExitCode.threshold);
  }
  const {upper95} = evidence.risk;
  if (maxRisk === undefined || calibration == null) {
    if (upper95 > defaultPolicy.maxRisk) {
      context.note(`winnow: ${of}the risk may be as high as ${formatPercentUp(upper95)}, above the limit of ${formatPercent(defaultPolicy.maxRisk)}; more runs that differ lower it`);
    }
    return;
  }
  if (totals.removedFiles > 0 && calibration.bound > maxRisk) {
    context.note(`winnow: ${of}more runs may miss a file than the limit of ${formatPercent(maxRisk)} allows: the bound is ${formatPercentUp(calibration.bound)}; remove less, or allow more bytes`);
    context.exitWith(ExitCode.threshold);
  } else if (totals.removedFiles === 0) {
    context.note(`winnow: ${of}${calibration.runs === 1 ? '1 run' : `${calibration.runs} runs that differ`} cannot show that fewer than ${formatPercent(maxRisk)} of runs miss a file, whatever is removed; more runs, or a higher limit, let files go`);
  }
}
