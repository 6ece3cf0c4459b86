import {access, lstat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from 'commander';
import type {DebloatConfig} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import {formatBytes, parseProbability} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {debloatDocument} from '../../plan/debloat-document.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {writeAtomically} from '../../store/atomic-file.js';
import {alignColumns} from '../columns.js';
import type {CommandContext} from '../context.js';
import {formatCount, formatPercent, formatPercentUp} from '../figures.js';
import type {RegisterCommand} from '../program.js';
import {riskLines} from '../risk-lines.js';
import {loadTrainedImage} from '../trained-image.js';

interface PlanOptions {
  readonly maxRisk?: number;
  readonly keep: readonly string[];
  readonly remove: readonly string[];
  readonly output?: string;
}

const defaultMaxRisk = 0.05;

export const registerPlan: RegisterCommand = (program, contextOf) => {
  program
    .command('plan')
    .description('decide which files of an image stay and which go, and write it down as a debloat config')
    .argument('<image...>', 'name or id of an image that was profiled')
    .option('--max-risk <p>', `fail with exit code 3 where the risk may be higher (default: ${defaultMaxRisk}, which only warns)`, parseProbability)
    .option('--keep <glob>', 'keep what matches, whatever the runs say (repeatable)', collect, [])
    .option('--remove <glob>', 'remove what matches, unless --keep names it (repeatable)', collect, [])
    .option('--output <file>', 'write the config to a file')
    .addHelpText('after', `
With --json it prints the config (docs/schema/winnow.debloat.1.json): each path with probability, decision and reason.
A glob without "/" matches a name in any directory; one that matches a directory matches all it holds.

Examples:
  winnow plan shop:1.4 --output debloat.json
  winnow plan shop:1.4 --max-risk 0.02 --keep '/usr/share/zoneinfo' --keep '*.pem' --json`)
    .action(async (images: string[], options: PlanOptions, command: Command) => plan(images, options, contextOf(command)));
};

async function plan([image = '', ...others]: readonly string[], options: PlanOptions, context: CommandContext): Promise<void> {
  if (others.length > 0) {
    throw new WinnowError('winnow plan takes one image for now', {exitCode: ExitCode.usage, hint: 'plan each image by itself'});
  }
  const {maxRisk = defaultMaxRisk, keep, remove} = options;
  const {profile, index} = await loadTrainedImage(image, context);
  const config = planDebloat(profile, index, {maxRisk, keep, remove});
  if (options.output !== undefined) {
    await writeConfig(path.resolve(context.cwd, options.output), config);
  }
  if (context.json) {
    context.printJson(debloatDocument(config));
  } else {
    [...summary(config), ...(options.output === undefined ? [] : ['', `config: ${options.output}`])].forEach(context.print);
  }
  const {upper95} = config.evidence.risk;
  if (upper95 > maxRisk) {
    context.note(`winnow: the risk may be as high as ${formatPercentUp(upper95)}, above the limit of ${formatPercent(maxRisk)}; more runs that differ lower it`);
    if (options.maxRisk !== undefined) {
      context.exitWith(ExitCode.threshold);
    }
  }
}

function summary({image, totals, evidence}: DebloatConfig): string[] {
  const {files, bytes, removedFiles, removedBytes, expectedMissesPerRun} = totals;
  const row = (name: string, count: number, size: number): string[] => [
    name, formatCount(count), formatBytes(size), bytes === 0 ? '' : formatPercent(size / bytes),
  ];
  return [
    ...alignColumns([
      [image.name, 'files', 'bytes', ''],
      row('image', files, bytes),
      row('kept', files - removedFiles, bytes - removedBytes),
      row('removed', removedFiles, removedBytes),
    ], new Set([1, 2, 3])),
    '',
    ...(removedFiles === 0 ? ['Nothing would be removed.'] : riskLines(evidence, 'a file that this plan removes')),
    ...(removedFiles === 0 ? [] : [`Drawn as your runs were, repeats included, a run misses ${Number(expectedMissesPerRun.toPrecision(2))} files on average.`]),
  ];
}

/** A device such as /dev/stdout is written to; a file is replaced whole. Its directory has to be there, as for a shell's ">". */
async function writeConfig(file: string, config: DebloatConfig): Promise<void> {
  const text = `${JSON.stringify(debloatDocument(config), null, 2)}\n`;
  try {
    await access(path.dirname(file));
    const isPlain = await lstat(file).then((found) => found.isFile(), () => true);
    await (isPlain ? writeAtomically(file, (temporaryFile) => writeFile(temporaryFile, text)) : writeFile(file, text));
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'choose another --output', cause});
  }
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
