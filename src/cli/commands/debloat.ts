import type {Command} from 'commander';
import {debloatImage} from '../../debloat/debloat-image.js';
import {decisionsOf, type PlannedDecisions} from '../../debloat/decisions.js';
import {publishDebloated, type PublishedImages} from '../../debloat/publish-debloated.js';
import {checkRestored, restoreImage} from '../../debloat/restore-image.js';
import {parseLocation} from '../../image/transport/image-location.js';
import {openImage, openTarget, type TransportOptions} from '../../image/transport/open-image.js';
import type {OpenedImage} from '../../image/transport/opened-image.js';
import {ExitCode} from '../../model/exit-code.js';
import {plural} from '../../model/plural.js';
import {formatBytes} from '../../model/units.js';
import {WinnowError} from '../../model/winnow-error.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {alignColumns} from '../columns.js';
import {readPlanFile} from '../config/plan-file.js';
import type {CommandContext} from '../context.js';
import type {RegisterCommand} from '../program.js';
import {openBoth} from '../remainder-of.js';
import {loadTrainedImage} from '../trained-image.js';

interface DebloatOptions {
  readonly tag?: string;
  readonly remainder?: string;
  readonly plan?: string;
  readonly platform?: string;
  readonly check?: true;
}

export const registerDebloat: RegisterCommand = (program, contextOf) => {
  program
    .command('debloat')
    .description('make a smaller image of what a plan keeps, and a remainder image of what it removes')
    .argument('<image>', 'the image to debloat; with --check, the debloated one')
    .option('--tag <image>', 'name of the debloated image')
    .option('--remainder <image>', 'name of the image that holds what is removed: with both, nothing is lost')
    .option('--plan <file>', 'a config of winnow plan --output (default: what winnow plan IMAGE decides)')
    .option('--platform <platform>', 'which one of an image for several, such as linux/arm64')
    .option('--check', 'check that the debloated image and its remainder make the original, bit for bit')
    .addHelpText('after', `
An image is a name that the Docker engine knows, or docker-archive:FILE[:NAME]. docs/debloat.md says what becomes of each entry of a layer.

Examples:
  winnow debloat shop:1.4 --tag shop:slim --remainder shop:rest
  winnow debloat shop:slim --check
  winnow debloat docker-archive:shop.tar --plan debloat.json --tag docker-archive:slim.tar:shop:slim`)
    .action(async (image: string, options: DebloatOptions, command: Command) => debloat(image, options, contextOf(command)));
};

async function debloat(image: string, {tag, remainder, plan, platform, check}: DebloatOptions, context: CommandContext): Promise<void> {
  const transport: TransportOptions = {env: context.env, cwd: context.cwd, ...(platform === undefined ? {} : {platform})};
  if (check === true) {
    await checkImages(image, remainder, transport, context);
    return;
  }
  if (tag === undefined) {
    throw new WinnowError('--tag is missing', {exitCode: ExitCode.usage, hint: 'name the debloated image, such as --tag shop:slim'});
  }
  const targets = {
    debloated: await openTarget(parseLocation(tag), transport),
    remainder: remainder === undefined ? null : await openTarget(parseLocation(remainder), transport),
  };
  const original = await openImage(parseLocation(image), transport);
  try {
    const cut = await debloatImage(original, decisionsOf(await planFor(original, plan, context), original.image));
    report(original, await publishDebloated(cut, targets), {tag, remainder, changedLayers: cut.changedLayers, originalBytes: cut.originalBytes}, context);
  } finally {
    await original.close();
  }
}

/** The plan in a file, or what the store's runs of the image give. */
async function planFor({image}: OpenedImage, plan: string | undefined, context: CommandContext): Promise<PlannedDecisions> {
  if (plan === undefined) {
    const {profile, index} = await loadTrainedImage(image.id, context);
    return planDebloat(profile, index, {maxRisk: 1, keep: [], remove: []});
  }
  const configs = await readPlanFile(plan, context.cwd);
  const fitting = configs.find((config) => config.image.layers.join() === image.layers.join()) ?? configs[0];
  if (fitting === undefined) {
    throw new Error('a plan of no image');
  }
  return fitting;
}

function report(original: OpenedImage, {debloated, remainder}: PublishedImages, {changedLayers, originalBytes, ...names}: {readonly tag: string; readonly remainder: string | undefined; readonly changedLayers: number; readonly originalBytes: number}, context: CommandContext): void {
  const layers = original.layers.length;
  if (context.json) {
    context.printJson({
      original: {...original.image, bytes: originalBytes},
      debloated: {name: names.tag, id: debloated.id, layers: debloated.diffIds, bytes: debloated.bytes, changedLayers},
      remainder: remainder === null ? null : {name: names.remainder, id: remainder.id, layers: remainder.diffIds, bytes: remainder.bytes},
    });
    return;
  }
  alignColumns([
    [original.image.name, original.image.id.slice(0, 19), formatBytes(originalBytes), plural(layers, 'layer')],
    [names.tag, debloated.id.slice(0, 19), formatBytes(debloated.bytes), `${plural(layers, 'layer')}, ${layers - changedLayers} as before`],
    ...(remainder === null ? [] : [[names.remainder ?? '', remainder.id.slice(0, 19), formatBytes(remainder.bytes), 'what was removed']]),
  ], new Set([2])).forEach(context.print);
}

async function checkImages(image: string, remainder: string | undefined, transport: TransportOptions, context: CommandContext): Promise<void> {
  const both = await openBoth(image, remainder, transport);
  try {
    const restored = await restoreImage(both.debloated, both.remainder);
    await checkRestored(restored);
    if (context.json) {
      context.printJson({debloated: both.debloated.image, remainder: both.remainder.image, original: restored.id});
    } else {
      context.print(`${both.debloated.image.name} and ${both.remainder.image.name} make ${restored.id}, bit for bit`);
    }
  } finally {
    await both.close();
  }
}
