import type {Command} from 'commander';
import type {ImageIndex} from '../../model/image-index.js';
import {plural} from '../../model/plural.js';
import type {Profile} from '../../model/profile.js';
import {formatBytes} from '../../model/units.js';
import {profileDocument} from '../../train/profile-document.js';
import {alignColumns, displayPath} from '../columns.js';
import {carriedLines} from '../earlier-images.js';
import {addEvidenceOptions, type EvidenceOptions, evidenceOf} from '../evidence-options.js';
import {formatCount, formatPercent} from '../figures.js';
import type {RegisterCommand} from '../program.js';
import {riskLines} from '../risk-lines.js';
import {loadTrainedImage} from '../trained-image.js';

export const registerTrain: RegisterCommand = (program, contextOf) => {
  addEvidenceOptions(program.command('train'))
    .description("learn from an image's runs how likely each of its files is to be needed, and what is still unseen")
    .argument('<image>', 'name or id of an image that was profiled')
    .addHelpText('after', `
With --json it prints the whole profile (docs/schema/winnow.profile.1.json), a probability for each path.

Examples:
  winnow train shop:1.4
  winnow train shop:1.4 --json > profile.json
  winnow train shop:1.4 --half-life 50 --json > recent.json
  winnow train shop:1.5 --from shop:1.4`)
    .action(async (image: string, options: EvidenceOptions, command: Command) => {
      const context = contextOf(command);
      const {index, profile} = await loadTrainedImage(image, context, evidenceOf(options));
      if (context.json) {
        context.printJson(profileDocument(profile));
        return;
      }
      summary(profile, index).forEach(context.print);
      context.note(`next: winnow plan ${image}${options.from.map((name) => ` --from ${name}`).join('')}`);
    });
};

function summary({image, evidence, files}: Profile, index: ImageIndex): string[] {
  const {runs, distinctRuns, designEffect, effectiveRuns, workloads, flawedRuns, lostRecords, coverage} = evidence;
  const regular = files.flatMap((file, at) => (file.type === 'file' ? [{...file, group: index.files[at]?.hardLinkGroup ?? null}] : []));
  const needed = regular.filter(({observedRuns, observedFlawedRuns}) => observedRuns + observedFlawedRuns > 0);
  return [
    ...alignColumns([
      ['image', `${image.name}  ${image.id.slice(0, 19)}`],
      ['runs', `${runs} of ${plural(workloads.length, 'workload')}${workloads.length === 0 ? '' : ` (${displayPath(workloads.join(', '))})`}; ${distinctRuns} differ${designEffect === null ? '' : `, and all tell as much as ${effectiveRuns.toPrecision(2)} independent ones (design effect ${designEffect.toPrecision(2)})`}`],
      ...carriedLines(evidence).map((line, at) => [at === 0 ? 'carried over' : '', line]),
      ...(flawedRuns === 0 ? [] : [['flawed runs', `${flawedRuns}, with ${formatCount(lostRecords)} lost records: they prove use, never disuse`]]),
      ['files', `${formatCount(regular.length)}, ${formatBytes(bytesOf(regular))}`],
      ['needed', `${formatCount(needed.length)}, ${formatBytes(bytesOf(needed))}`],
      ['coverage', `${formatPercent(coverage)} of what a run needs was seen before it`],
    ]),
    '',
    ...riskLines(evidence, 'a file that no test touched'),
  ];
}

/** A hard-linked content counts once. */
function bytesOf(files: readonly {readonly path: string; readonly bytes: number; readonly group: number | null}[]): number {
  const sizes = new Map(files.map(({path, bytes, group}) => [group ?? path, bytes]));
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
