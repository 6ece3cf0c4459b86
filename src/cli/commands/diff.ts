import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from 'commander';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {runFilePath} from '../../store/layout.js';
import {readRun} from '../../store/run-file.js';
import {listRuns} from '../../store/store.js';
import {readProfileFile} from '../config/profile-file.js';
import type {CommandContext} from '../context.js';
import {printDiff, runSide, type Side} from '../print-diff.js';
import type {RegisterCommand} from '../program.js';
import {findIndex, loadTrainedImage} from '../trained-image.js';

interface DiffOptions {
  readonly profiles?: true;
}

export const registerDiff: RegisterCommand = (program, contextOf) => {
  program
    .command('diff')
    .description('compare two images, two runs or two profiles: "-" is of the first only, "+" of the second only, "~" is not the same')
    .argument('<a>', 'image, id of a run or the start of it, or file with a profile (winnow train --json)')
    .argument('<b>', 'another of the same kind')
    .option('--profiles', 'of two images, compare what their runs wanted rather than what they hold')
    .addHelpText('after', `
Examples:
  winnow diff shop:1.4 shop:1.5                        packages and files
  winnow diff shop:1.4 shop:1.5 --profiles             what their runs wanted
  winnow diff 20261124T065500Z 20261124T070100Z        what two runs did
  winnow diff yesterday.json today.json                two profiles that were kept`)
    .action(async (a: string, b: string, options: DiffOptions, command: Command) => diff(a, b, options, contextOf(command)));
};

async function diff(nameA: string, nameB: string, options: DiffOptions, context: CommandContext): Promise<void> {
  const [a, b] = [await sideOf(nameA, options, context), await sideOf(nameB, options, context)];
  printDiff(a, b, context);
}

/** A file where there is one, else a run of the store, else an image. */
async function sideOf(name: string, {profiles}: DiffOptions, context: CommandContext): Promise<Side> {
  if (await stat(path.resolve(context.cwd, name)).then((found) => found.isFile(), () => false)) {
    return {kind: 'profile', name, profile: await readProfileFile(name, context.cwd)};
  }
  const runs = await listRuns(context.storeDirectory, {}, ({message}) => context.note(`winnow: left out: ${message}`));
  const named = runs.filter(({runId}) => runId === name || (/^\d{8}T/.test(name) && runId.startsWith(name)));
  const [run, ...others] = named.some(({runId}) => runId === name) ? named.filter(({runId}) => runId === name) : named;
  if (run !== undefined && others.length > 0) {
    throw new WinnowError(`"${name}" is the start of ${named.length} runs`, {exitCode: ExitCode.usage, hint: 'give more of the id'});
  }
  if (run !== undefined) {
    return runSide(await readRun(runFilePath(context.storeDirectory, run.runId)));
  }
  if (profiles === true) {
    return {kind: 'profile', name, profile: (await loadTrainedImage(name, context)).profile};
  }
  return {kind: 'image', name, index: await findIndex(name, runs, context)};
}
