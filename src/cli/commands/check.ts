import {appendFile} from 'node:fs/promises';
import type {Command} from 'commander';
import type {Check, CheckResult} from '../../export/check-result.js';
import {githubAnnotations, githubSummary} from '../../export/github.js';
import {sarifLog} from '../../export/sarif.js';
import {contentBytes} from '../../image/diff-images.js';
import type {ContainerPath} from '../../model/container-path.js';
import {defaultPolicy} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import type {ImageIndex} from '../../model/image-index.js';
import {plural} from '../../model/plural.js';
import type {Profile} from '../../model/profile.js';
import {textMember} from '../../model/text-member.js';
import {formatBytes, parseProbability, parseSize} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {listRuns} from '../../store/store.js';
import {alignColumns, displayPath} from '../columns.js';
import {readPlanFile} from '../config/plan-file.js';
import type {CommandContext} from '../context.js';
import {addEvidenceOptions, type EvidenceOptions, evidenceOf} from '../evidence-options.js';
import {formatPercent, formatPercentUp} from '../figures.js';
import type {RegisterCommand} from '../program.js';
import {toolVersion} from '../tool-version.js';
import {findIndex, loadTrainedImage, type TrainedImage} from '../trained-image.js';
import {writeDocument} from '../write-document.js';

interface CheckOptions extends EvidenceOptions {
  readonly maxSize?: number;
  readonly maxBloat?: number;
  readonly maxRisk?: number;
  readonly maxNewMisses?: number;
  readonly plan?: string;
  readonly sarif?: string;
  readonly file: string;
}

/** More would scroll the verdict away. */
const shownMisses = 20;

export const registerCheck: RegisterCommand = (program, contextOf) => {
  addEvidenceOptions(program.command('check'))
    .description('hold an image against thresholds, for CI: exit code 3 where one is exceeded')
    .argument('<image>', 'name or id of an image')
    .option('--max-size <size>', "bytes of the image's files", parseSize)
    .option('--max-bloat <p>', 'share of these bytes that a plan would remove', parseProbability)
    .option('--max-risk <p>', 'share of runs that may need what a plan would remove, at 95 % confidence', parseProbability)
    .option('--max-new-misses <n>', 'paths that --plan removes, but a run in the store needed', parseCount)
    .option('--plan <file>', 'an earlier plan, of this image or of one before it (winnow plan --output)')
    .option('--sarif <file>', 'write what was exceeded as SARIF 2.1.0')
    .option('--file <path>', 'file of the repository that annotations and SARIF point at', 'Dockerfile')
    .addHelpText('after', `
Only --max-size does without runs of the image. On GitHub (GITHUB_ACTIONS, GITHUB_STEP_SUMMARY) what is exceeded becomes
annotations, and a table stands on the run's page. docs/ci.md has a workflow.

Examples:
  winnow check shop:1.4 --max-size 300MB --max-bloat 0.6
  winnow check shop:1.5 --plan debloat.json --max-new-misses 0 --sarif winnow.sarif`)
    .action(async (image: string, options: CheckOptions, command: Command) => check(image, options, contextOf(command)));
};

async function check(name: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const {maxSize, maxBloat, maxRisk, maxNewMisses, plan, sarif, file} = options;
  if ((maxNewMisses === undefined) !== (plan === undefined)) {
    throw new WinnowError('--max-new-misses and --plan go together', {exitCode: ExitCode.usage, hint: 'give both: the plan is what the runs are held against'});
  }
  if ([maxSize, maxBloat, maxRisk, maxNewMisses].every((limit) => limit === undefined)) {
    throw new WinnowError('there is nothing to check', {exitCode: ExitCode.usage, hint: 'give a limit, such as --max-size 300MB'});
  }
  const needsRuns = maxBloat !== undefined || maxRisk !== undefined || maxNewMisses !== undefined;
  const trained = needsRuns ? await loadTrainedImage(name, context, evidenceOf(options)) : null;
  const index = trained?.index ?? (await findIndex(name, await listRuns(context.storeDirectory), context));
  const newMisses = trained === null || plan === undefined ? [] : await missesOf(plan, trained.profile, context);
  const checks = [
    ...(maxSize === undefined ? [] : [sizeCheck(index, maxSize)]),
    ...(trained === null ? [] : evidenceChecks(trained, options)),
    ...(maxNewMisses === undefined ? [] : [missCheck(newMisses, maxNewMisses)]),
  ];
  const result: CheckResult = {image: {name: index.image.name, id: index.image.id}, passed: checks.every(({passed}) => passed), checks, newMisses};
  print(result, context);
  await tellGithub(result, file, context);
  if (sarif !== undefined) {
    await writeDocument(sarif, sarifLog(result, file, toolVersion), context);
  }
  if (!result.passed) {
    context.exitWith(ExitCode.threshold);
  }
}

function sizeCheck(index: ImageIndex, limit: number): Check {
  const value = contentBytes(index);
  return {name: 'max-size', value, limit, passed: value <= limit, message: `The image has ${formatBytes(value)} of files; the limit is ${formatBytes(limit)}.`};
}

function evidenceChecks({profile, index}: TrainedImage, {maxBloat, maxRisk}: CheckOptions): Check[] {
  const {totals: {bytes, removedBytes}, evidence: {risk, runs}} = planDebloat(profile, index, defaultPolicy);
  const bloat = bytes === 0 ? 0 : removedBytes / bytes;
  return [
    ...(maxBloat === undefined ? [] : [{
      name: 'max-bloat', value: bloat, limit: maxBloat, passed: bloat <= maxBloat,
      message: `${formatPercent(bloat)} of the image's bytes, ${formatBytes(removedBytes)}, are needed by no run; the limit is ${formatPercent(maxBloat)}.`,
    } as const]),
    ...(maxRisk === undefined ? [] : [{
      name: 'max-risk', value: risk.upper95, limit: maxRisk, passed: risk.upper95 <= maxRisk,
      message: `After ${plural(runs, 'run')}, up to ${formatPercentUp(risk.upper95)} of runs like them may need what a plan removes; the limit is ${formatPercent(maxRisk)}.`,
    } as const]),
  ];
}

async function missesOf(plan: string, {files}: Profile, {cwd}: CommandContext): Promise<ContainerPath[]> {
  const plans = await readPlanFile(plan, cwd);
  const removed = new Set(plans.flatMap((config) => config.files.filter(({decision}) => decision === 'remove').map(({path}) => path)));
  return files
    .filter((file) => removed.has(file.path) && file.observedRuns + file.observedFlawedRuns > 0)
    .map(({path}) => path);
}

function missCheck(misses: readonly ContainerPath[], limit: number): Check {
  const value = misses.length;
  return {name: 'max-new-misses', value, limit, passed: value <= limit, message: `Runs needed ${plural(value, 'path')} that the plan removes; the limit is ${limit}.`};
}

function print({image, passed, checks, newMisses}: CheckResult, context: CommandContext): void {
  if (context.json) {
    context.printJson({schema: 'winnow.check/1', image, passed, checks, newMisses: newMisses.map((path) => textMember('path', path))});
    return;
  }
  alignColumns(checks.map(({name, passed: held, message}) => [held ? 'held' : 'EXCEEDED', name, message])).forEach(context.print);
  newMisses.slice(0, shownMisses).forEach((path) => context.print(`  ${displayPath(path)}`));
  if (newMisses.length > shownMisses) {
    context.print(`  and ${newMisses.length - shownMisses} more`);
  }
}

/** The runner reads commands from either output; with --json the standard one is the document's. */
async function tellGithub(result: CheckResult, file: string, {env, json, print: printLine, writeError}: CommandContext): Promise<void> {
  if (env['GITHUB_ACTIONS'] === 'true') {
    githubAnnotations(result, file).forEach(json ? (line) => writeError(`${line}\n`) : printLine);
  }
  const summary = env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') {
    await appendFile(summary, githubSummary(result)).catch((cause: unknown) => {
      throw new WinnowError(`cannot write the step summary ${summary}: ${(cause as Error).message}`, {cause});
    });
  }
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new WinnowError(`"${text}" is not a number of paths`, {exitCode: ExitCode.usage});
  }
  return Number(text);
}
