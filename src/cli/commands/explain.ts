import type {Command} from 'commander';
import type {ImageTree} from '../../image/tree.js';
import {type ContainerPath, pathFromText} from '../../model/container-path.js';
import type {FileDecision} from '../../model/debloat-config.js';
import type {ImageFile} from '../../model/image-index.js';
import type {Evidence, FileProbability} from '../../model/profile.js';
import {textMember} from '../../model/text-member.js';
import {formatBytes} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {alignColumns, displayPath} from '../columns.js';
import type {RegisterCommand} from '../program.js';
import {loadTrainedImage} from '../trained-image.js';

export const registerExplain: RegisterCommand = (program, contextOf) => {
  program
    .command('explain')
    .description('say what is known of one path of an image, and why a plan without globs would keep or remove it')
    .argument('<image>', 'name or id of an image that was profiled')
    .argument('<path>', 'absolute path in the image; percent-encoded where it is not UTF-8')
    .addHelpText('after', `
Examples:
  winnow explain shop:1.4 /usr/bin/perl
  winnow explain shop:1.4 /lib64/ld-linux-x86-64.so.2 --json`)
    .action(async (image: string, path: string, _flags: unknown, command: Command) => {
      const context = contextOf(command);
      const {index, tree, profile} = await loadTrainedImage(image, context);
      const found = findFile(tree, path, image);
      const at = index.files.indexOf(found);
      const probability = profile.files[at];
      const decision = planDebloat(profile, index, {maxRisk: 1, keep: [], remove: []}).files[at];
      if (probability === undefined || decision === undefined) {
        throw new Error(`${found.path} is in the image and not in its profile`);
      }
      if (context.json) {
        const paths = {...textMember('path', found.path), ...textMember('impliedBy', probability.impliedBy)};
        context.printJson({image: index.image, evidence: profile.evidence, file: {...probability, ...decision, ...paths}});
        return;
      }
      lines(found, probability, decision, profile.evidence).forEach(context.print);
    });
};

function findFile(tree: ImageTree, path: ContainerPath, image: string): ImageFile {
  for (const candidate of [path, pathFromText({text: path, encoded: true})]) {
    const {file} = tree.resolve(candidate, {followLast: false});
    if (file !== null) {
      return file;
    }
  }
  throw new WinnowError(`${image} has no ${displayPath(path)}`, {hint: 'give an absolute path of the image'});
}

function lines(file: ImageFile, probability: FileProbability, decision: FileDecision, {runs, flawedRuns}: Evidence): string[] {
  const {interval: [low, high], observedRuns, observedFlawedRuns, observedWorkloads} = probability;
  const figure = (value: number): string => String(Number(value.toPrecision(2)));
  return alignColumns([
    ['path', displayPath(file.path)],
    ['type', file.linkTarget === null ? file.type : `${file.type} to ${displayPath(file.linkTarget)}`],
    ['bytes', formatBytes(file.bytes)],
    ['layer', String(file.layer)],
    ['package', file.package ?? '-'],
    ['probability', `${figure(decision.probability)} (95 %: ${figure(low)} to ${figure(high)})`],
    ['needed in', `${observedRuns} of ${runs} complete runs, ${observedFlawedRuns} of ${flawedRuns} flawed ones`],
    ['workloads', displayPath(observedWorkloads.join(', ')) || '-'],
    ['decision', `${decision.decision}: ${displayPath(decision.reason)}`],
  ]);
}
