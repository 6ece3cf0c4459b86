import {type Command, Option} from 'commander';
import {accessGraph} from '../../export/access-graph.js';
import {appArmorProfile} from '../../export/apparmor.js';
import {type Exported, jsonDocument} from '../../export/exported.js';
import {dot, graphJson, graphMl} from '../../export/graph-formats.js';
import {ignoreList} from '../../export/ignore-list.js';
import {prefetchFiles} from '../../export/prefetch-files.js';
import {nydusList, overlaybdList, sociList, stargzRecord} from '../../export/prefetch-lists.js';
import {probabilitiesCsv, writeProbabilitiesParquet} from '../../export/probabilities.js';
import {seccompProfile} from '../../export/seccomp.js';
import {slimList} from '../../export/slim-list.js';
import {chromeTrace, speedscope} from '../../export/timeline.js';
import {ExitCode} from '../../model/exit-code.js';
import {plural} from '../../model/plural.js';
import type {Run} from '../../model/run.js';
import {parseProbability} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {debloatDocument} from '../../plan/debloat-document.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {learnPrefetch} from '../../plan/prefetch/learn-prefetch.js';
import {defaultFetchPrices} from '../../plan/prefetch/prefetcher.js';
import {needSequences} from '../../plan/prefetch/sequences.js';
import {prefetchTable} from '../../plan/prefetch/table.js';
import {billAfter, type Bill, billBefore} from '../../sbom/bill.js';
import {cycloneDxDocument} from '../../sbom/cyclonedx.js';
import {spdxDocument} from '../../sbom/spdx.js';
import {accessEdges} from '../../store/access-edges.js';
import {accessOrder} from '../../store/access-order.js';
import {firstTouches} from '../../store/first-touches.js';
import {runFilePath} from '../../store/layout.js';
import {readRun} from '../../store/run-file.js';
import {isClean} from '../../train/evidence.js';
import {displayPath} from '../columns.js';
import {readCostFile} from '../config/cost-file.js';
import type {CommandContext} from '../context.js';
import {createdAt} from '../created-at.js';
import type {RegisterCommand} from '../program.js';
import {toolVersion} from '../tool-version.js';
import {loadTrainedImage, type TrainedImage} from '../trained-image.js';
import {writeOutput, writeOutputFile} from '../write-output.js';

interface ExportOptions {
  readonly format: string;
  readonly run?: string;
  readonly minProbability: number;
  readonly cost?: string;
  readonly output?: string;
}

type ExportImage = (image: TrainedImage, options: ExportOptions, context: CommandContext) => Promise<Exported> | Exported;

/** What each format is made of; docs/export.md says who reads it. */
const formats: Readonly<Record<string, ExportImage>> = {
  winnow: (image) => jsonDocument(debloatDocument(planOf(image))),
  slim: (image) => slimList(planOf(image), image.index, false),
  'slim-full': (image) => slimList(planOf(image), image.index, true),
  dockerignore: (image) => ignoreList(planOf(image)),
  stargz: async (image, options, context) => stargzRecord(await prefetchOf(image, options, context)),
  nydus: async (image, options, context) => nydusList(await prefetchOf(image, options, context)),
  overlaybd: async (image, options, context) => overlaybdList(await prefetchOf(image, options, context)),
  soci: async (image, options, context) => sociList(await prefetchOf(image, options, context)),
  prefetch: async (image, options, context) => ({pieces: [`${JSON.stringify(await prefetchTableOf(image, options, context))}\n`], leftOut: []}),
  seccomp: (image, options) => seccompProfile(runsOf(image, options), image.index.image.name),
  apparmor: async (image, options, context) => {
    const runs = runsOf(image, options);
    return appArmorProfile(await accessEdges(context.storeDirectory, runs), image.index.image, runs.length);
  },
  graphml: async (image, options, context) => graphMl(await graphOf(image, options, context)),
  dot: async (image, options, context) => dot(await graphOf(image, options, context)),
  'graph-json': async (image, options, context) => graphJson(await graphOf(image, options, context)),
  spdx: ({index}, _, context) => jsonDocument(spdxDocument(billBefore(index, createdAt(context)), toolVersion)),
  'spdx-planned': (image, _, context) => jsonDocument(spdxDocument(billPlanned(image, context), toolVersion)),
  cyclonedx: ({index}, _, context) => jsonDocument(cycloneDxDocument(billBefore(index, createdAt(context)), toolVersion)),
  'cyclonedx-planned': (image, _, context) => jsonDocument(cycloneDxDocument(billPlanned(image, context), toolVersion)),
  csv: ({profile}) => probabilitiesCsv(profile),
  'chrome-trace': async (image, options, context) => chromeTrace(await latestRun(image, options, context)),
  speedscope: async (image, options, context) => speedscope(await latestRun(image, options, context)),
};

export const registerExport: RegisterCommand = (program, contextOf) => {
  program
    .command('export')
    .description('write what is known of an image for other tools: lists of files, prefetch orders, profiles, bills of materials, graphs, tables, timelines')
    .argument('<image>', 'name or id of an image that was profiled')
    .addOption(new Option('--format <format>', 'what to write').choices([...Object.keys(formats), 'parquet']).makeOptionMandatory())
    .option('--run <run>', 'only this run, by its id or the start of it (timelines: the latest complete one if left out)')
    .option('--min-probability <p>', 'prefetch files that the next run needs at least this probably', parseProbability, 0.5)
    .option('--cost <file>', 'prices that a prefetch table is to pay at (docs/plan.md)')
    .option('--output <file>', 'file to write rather than standard output; parquet needs one')
    .addHelpText('after', `
docs/export.md says what reads each format, and what becomes of names that it can't say.

Examples:
  winnow export shop:1.4 --format slim --output keep.txt      slim build --include-path-file keep.txt …
  winnow export shop:1.4 --format stargz --output order.json  ctr-remote image convert --estargz-record-in order.json …
  winnow export shop:1.4 --format dot | dot -Tsvg > graph.svg`)
    .action(async (image: string, options: ExportOptions, command: Command) => exportImage(image, options, contextOf(command)));
};

async function exportImage(name: string, options: ExportOptions, context: CommandContext): Promise<void> {
  const {format, output} = options;
  if (format === 'parquet' && output === undefined) {
    throw new WinnowError('Parquet is not text', {hint: 'give --output FILE', exitCode: ExitCode.usage});
  }
  const image = await loadTrainedImage(name, context);
  const make = formats[format];
  if (make === undefined) {
    await writeOutputFile(output ?? '', (file) => writeProbabilitiesParquet(file, image.profile), context);
    return;
  }
  const {pieces, leftOut} = await make(image, options, context);
  await writeOutput(output, pieces, context);
  const [first] = leftOut;
  if (first !== undefined) {
    context.note(`winnow: left out ${plural(leftOut.length, 'path')} that ${format} can't say, such as ${displayPath(first)}`);
  }
}

const planOf = ({profile, index}: TrainedImage) => planDebloat(profile, index, {maxRisk: 0.05, keep: [], remove: []});

/** Of what the plan leaves; it names the image as it came, since there is no other yet. */
function billPlanned(image: TrainedImage, context: CommandContext): Bill {
  const decisions = new Map(planOf(image).files.map(({path, decision}) => [path, decision]));
  return billAfter(image.index.image, image.index, decisions, createdAt(context));
}

async function prefetchOf(image: TrainedImage, options: ExportOptions, {storeDirectory}: CommandContext) {
  const order = await accessOrder(storeDirectory, runsOf(image, options));
  return prefetchFiles(order, image.index, image.profile, options.minProbability);
}

/** Learned from runs that show all they needed. */
async function prefetchTableOf(image: TrainedImage, options: ExportOptions, {storeDirectory, cwd}: CommandContext) {
  const prices = options.cost === undefined ? defaultFetchPrices : await readCostFile(options.cost, cwd);
  const runs = runsOf(image, options).filter(isClean);
  const sequences = needSequences(await firstTouches(storeDirectory, runs), image.index, image.tree);
  const kinds = runs.map(({workload}) => workload);
  return prefetchTable(learnPrefetch({files: image.index.files, sequences, kinds}, prices), image.index, prices, kinds);
}

async function graphOf(image: TrainedImage, options: ExportOptions, {storeDirectory}: CommandContext) {
  return accessGraph(await accessEdges(storeDirectory, runsOf(image, options)), image.profile);
}

function runsOf({touches: {runs}, index: {image}}: TrainedImage, {run}: ExportOptions) {
  const own = run === undefined ? runs : runs.filter(({runId}) => runId.startsWith(run));
  if (own.length === 0 || (run !== undefined && own.length > 1)) {
    throw new WinnowError(`${own.length === 0 ? 'no run' : `${own.length} runs`} of ${image.name} begin${own.length > 1 ? '' : 's'} with "${run ?? ''}"`, {
      exitCode: ExitCode.usage,
      hint: 'winnow runs list shows their ids',
    });
  }
  return own;
}

async function latestRun(image: TrainedImage, options: ExportOptions, {storeDirectory}: CommandContext): Promise<Run> {
  const runs = runsOf(image, options);
  const chosen = runs.findLast(({complete}) => complete) ?? runs.at(-1);
  return readRun(runFilePath(storeDirectory, chosen?.runId ?? ''));
}
