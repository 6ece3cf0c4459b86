import {stat} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from 'commander';
import {diffImages, type ImageDiff} from '../../image/diff-images.js';
import type {ImageIndex} from '../../model/image-index.js';
import type {Profile} from '../../model/profile.js';
import type {Run} from '../../model/run.js';
import {textMember} from '../../model/text-member.js';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {diffRuns, type RunDiff} from '../../store/diff-runs.js';
import {runFilePath} from '../../store/layout.js';
import {readRun} from '../../store/run-file.js';
import {listRuns} from '../../store/store.js';
import {diffProfiles, type ProfileDiff} from '../../train/diff-profiles.js';
import {readProfileFile} from '../config/profile-file.js';
import type {CommandContext} from '../context.js';
import {imageDiffLines, profileDiffLines} from '../diff-tables.js';
import type {RegisterCommand} from '../program.js';
import {diffLines, outcomeText} from '../run-tables.js';
import {findIndex, loadTrainedImage} from '../trained-image.js';

interface DiffOptions {
  readonly profiles?: true;
}

/** What a name on the command line stands for. */
type Side =
  | {readonly kind: 'image'; readonly name: string; readonly index: ImageIndex}
  | {readonly kind: 'run'; readonly name: string; readonly run: Run}
  | {readonly kind: 'profile'; readonly name: string; readonly profile: Profile};

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
  const found = compare(a, b);
  if (context.json) {
    context.printJson({schema: 'winnow.diff/1', kind: a.kind, a: a.name, b: b.name, ...found.document});
  } else {
    found.lines.forEach(context.print);
  }
}

function compare(a: Side, b: Side): {readonly lines: string[]; readonly document: object} {
  if (a.kind === 'image' && b.kind === 'image') {
    const found = diffImages(a.index, b.index);
    return {lines: imageDiffLines(found), document: imageDocument(found)};
  }
  if (a.kind === 'run' && b.kind === 'run') {
    const found = diffRuns(a.run, b.run);
    return {lines: diffLines(found), document: runDocument(found)};
  }
  if (a.kind === 'profile' && b.kind === 'profile') {
    const found = diffProfiles(a.profile, b.profile);
    return {lines: profileDiffLines(found), document: profileDocument(found)};
  }
  throw new WinnowError(`${a.name} is ${article(a.kind)}, and ${b.name} ${article(b.kind)}`, {exitCode: ExitCode.usage, hint: 'give two of one kind'});
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
    return {kind: 'run', name: run.runId, run: await readRun(runFilePath(context.storeDirectory, run.runId))};
  }
  if (profiles === true) {
    return {kind: 'profile', name, profile: (await loadTrainedImage(name, context)).profile};
  }
  return {kind: 'image', name, index: await findIndex(name, runs, context)};
}

const article = (kind: Side['kind']): string => `${kind === 'image' ? 'an' : 'a'} ${kind}`;

const imageDocument = ({onlyInA, onlyInB, changed, packages, bytes}: ImageDiff): object => ({
  bytes,
  packages,
  onlyInA: onlyInA.map(({path: each, type, bytes: size}) => ({...textMember('path', each), type, bytes: size})),
  onlyInB: onlyInB.map(({path: each, type, bytes: size}) => ({...textMember('path', each), type, bytes: size})),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a: stateOf(a), b: stateOf(b)})),
});

const stateOf = ({type, bytes, mode, uid, gid, digest, linkTarget}: ImageIndex['files'][number]): object => ({type, bytes, mode, uid, gid, digest, ...textMember('linkTarget', linkTarget)});

const runDocument = ({onlyInA, onlyInB, changed}: RunDiff): object => ({
  onlyInA: onlyInA.map((each) => textMember('path', each)),
  onlyInB: onlyInB.map((each) => textMember('path', each)),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a: outcomeText(a), b: outcomeText(b)})),
});

const profileDocument = ({onlyInA, onlyInB, changed, evidence}: ProfileDiff): object => ({
  evidence,
  onlyInA: onlyInA.map((each) => textMember('path', each)),
  onlyInB: onlyInB.map((each) => textMember('path', each)),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a, b})),
});
