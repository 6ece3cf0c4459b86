import {type Command, InvalidArgumentError, Option} from 'commander';
import {decisionsIn, decisionsOf} from '../../debloat/decisions.js';
import {type EdgeKind, edgeKinds} from '../../export/access-graph.js';
import type {Exported} from '../../export/exported.js';
import {writeProbabilitiesParquet} from '../../export/probabilities.js';
import {ExitCode} from '../../model/exit-code.js';
import {plural} from '../../model/plural.js';
import {parseProbability} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {listRuns} from '../../store/store.js';
import {displayPath} from '../columns.js';
import {readPlanFile} from '../config/plan-file.js';
import type {CommandContext} from '../context.js';
import {addEvidenceOptions, type EvidenceOptions, evidenceOf} from '../evidence-options.js';
import {imageFormats, planFormats, planOf, type SourceOptions} from '../export-formats.js';
import type {RegisterCommand} from '../program.js';
import {findIndex, loadTrainedImage} from '../trained-image.js';
import {writeOutput, writeOutputFile} from '../write-output.js';

interface ExportOptions extends SourceOptions, EvidenceOptions {
  readonly format: string;
  readonly plan?: string;
  readonly output?: string;
}

export const registerExport: RegisterCommand = (program, contextOf) => {
  addEvidenceOptions(program.command('export'), ['plan'])
    .description('write what is known of an image for other tools: lists of files, prefetch orders, profiles, bills of materials, graphs, tables, timelines')
    .argument('<image>', 'name or id of an image that was profiled')
    .addOption(new Option('--format <format>', 'what to write').choices([...Object.keys(planFormats), ...Object.keys(imageFormats), 'parquet']).makeOptionMandatory())
    .option('--plan <file>', `a plan (winnow plan --output), for ${Object.keys(planFormats).join(', ')}; no runs are needed then`)
    .option('--run <run>', 'only this run, by its id or the start of it (timelines: the latest complete one if left out)')
    .option('--min-probability <p>', 'prefetch files that a run of the profiled kinds needs at least this probably', parseProbability, 0.3)
    .option('--cost <file>', 'prices that a prefetch table is to pay at (docs/plan.md)')
    .option('--edges <kinds>', `what graphs show, comma-separated: ${edgeKinds.join(', ')}, or all`, parseEdges, ['access'])
    .option('--output <file>', 'file to write rather than standard output; parquet needs one')
    .addHelpText('after', `
docs/export.md says what reads each format, and what becomes of names that it can't say.

Examples:
  winnow export shop:1.4 --format slim --output keep.txt      slim build --include-path-file keep.txt …
  winnow export shop:1.4 --format stargz --output order.json  ctr-remote image convert --estargz-record-in order.json …
  winnow export shop:1.4 --format dot | dot -Tsvg > graph.svg
  winnow export shop:1.4 --format graphml --edges all --output graph.graphml`)
    .action(async (image: string, options: ExportOptions, command: Command) => exportImage(image, options, contextOf(command)));
};

function parseEdges(text: string): EdgeKind[] {
  const kinds = text === 'all' ? edgeKinds : text.split(',');
  return kinds.map((kind) => {
    const known = edgeKinds.find((each) => each === kind);
    if (known === undefined) {
      throw new InvalidArgumentError(`it takes ${edgeKinds.join(', ')} or all`);
    }
    return known;
  });
}

async function exportImage(name: string, options: ExportOptions, context: CommandContext): Promise<void> {
  const {format, output} = options;
  if (format === 'parquet') {
    await exportParquet(name, options, context);
    return;
  }
  const {pieces, leftOut} = await exported(name, options, context);
  await writeOutput(output, pieces, context);
  const [first] = leftOut;
  if (first !== undefined) {
    context.note(`winnow: left out ${plural(leftOut.length, 'path')} that ${format} can't say, such as ${displayPath(first)}`);
  }
}

async function exported(name: string, options: ExportOptions, context: CommandContext): Promise<Exported> {
  const {format, plan} = options;
  const [exportPlan, exportOfImage] = [planFormats[format], imageFormats[format]];
  if (exportPlan === undefined) {
    if (plan !== undefined || exportOfImage === undefined) {
      throw new WinnowError(`--plan is of no use to ${format}`, {exitCode: ExitCode.usage, hint: 'leave it out'});
    }
    return exportOfImage(await loadTrainedImage(name, context, evidenceOf(options)), options, context);
  }
  if (plan === undefined) {
    const image = await loadTrainedImage(name, context, evidenceOf(options));
    return exportPlan(decisionsIn(planOf(image).files), image.index, context);
  }
  const index = await findIndex(name, await listRuns(context.storeDirectory), context);
  const configs = await readPlanFile(plan, context.cwd);
  const own = configs.find((config) => config.image.layers.join() === index.image.layers.join()) ?? configs[0];
  if (own === undefined) {
    throw new Error('a plan of no image');
  }
  return exportPlan(decisionsOf(own, index.image), index, context);
}

async function exportParquet(name: string, {output, ...options}: ExportOptions, context: CommandContext): Promise<void> {
  if (output === undefined) {
    throw new WinnowError('Parquet is not text', {hint: 'give --output FILE', exitCode: ExitCode.usage});
  }
  const {profile} = await loadTrainedImage(name, context, evidenceOf(options));
  await writeOutputFile(output, (file) => writeProbabilitiesParquet(file, profile), context);
}
