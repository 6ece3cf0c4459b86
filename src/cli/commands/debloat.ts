import type {Command} from 'commander';
import {checkRestored, restoreImage} from '../../debloat/restore-image.js';
import {parseLocation} from '../../image/transport/image-location.js';
import {openTarget, type TransportOptions} from '../../image/transport/open-image.js';
import {ExitCode} from '../../model/exit-code.js';
import {plural} from '../../model/plural.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {CommandContext} from '../context.js';
import {type DebloatAllOptions, debloatAll, type DebloatRequest} from '../debloat-all.js';
import {addEvidenceOptions} from '../evidence-options.js';
import {collect} from '../profile-options.js';
import type {RegisterCommand} from '../program.js';
import {openBoth} from '../remainder-of.js';
import {addVerifyOptions} from '../verify-options.js';

interface DebloatOptions extends DebloatAllOptions {
  readonly tag: readonly string[];
  readonly remainder: readonly string[];
  readonly platform?: string;
  readonly check?: true;
}

export const registerDebloat: RegisterCommand = (program, contextOf) => {
  const command = program
    .command('debloat')
    .description('make a smaller image of what a plan keeps, and a remainder image of what it removes')
    .argument('<image...>', 'the image to debloat, or several; with --check, the debloated one')
    .option('--tag <image>', 'name of the debloated image (once for each image, in their order)', collect, [])
    .option('--remainder <image>', 'name of the image that holds what is removed: with both, nothing is lost (once for each image)', collect, [])
    .option('--plan <file>', 'a config of winnow plan --output (default: what winnow plan IMAGE decides)')
    .option('--platform <platform>', 'which one of an image for several, such as linux/arm64')
    .option('--report <file>', 'write what was removed and why: text where it ends with .txt, else JSON')
    .option('--sbom <directory>', 'write bills of materials of both images there, as SPDX and CycloneDX')
    .option('--check', 'check that the debloated image and its remainder make the original, bit for bit');
  addVerifyOptions(addEvidenceOptions(command, ['plan']))
    .addHelpText('after', `
The image is verified before it gets its name: each workload that it was profiled with, or that options name, runs on the
original and on the debloated image. What is missing there is added back, with what goes with it, and tried again; where that
does not end well nothing is tagged, and the exit code is 3.
An image is a name that the Docker engine knows, docker-archive:FILE[:NAME], oci:DIRECTORY[:NAME],
oci-archive:FILE[:NAME] or docker://REGISTRY/NAME. docs/debloat.md says what becomes of each entry of a layer.

Examples:
  winnow debloat shop:1.4 --tag shop:slim --remainder shop:rest --report removed.txt
  winnow debloat shop:1.4 --tag shop:slim --config winnow.yaml --sbom bills
  winnow debloat shop:1.5 --from shop:1.4 --tag shop:slim
  winnow debloat shop:slim --check
  winnow debloat shop:1.4 mail:2 --tag shop:slim --tag mail:slim     what they share stays shared
  winnow debloat docker-archive:shop.tar --plan debloat.json --tag docker-archive:slim.tar:shop:slim --no-verify`)
    .action(async (images: string[], options: DebloatOptions, action: Command) => debloat(images, options, contextOf(action)));
};

async function debloat(images: readonly string[], options: DebloatOptions, context: CommandContext): Promise<void> {
  const {remainder, platform, check} = options;
  const transport: TransportOptions = {env: context.env, cwd: context.cwd, ...(platform === undefined ? {} : {platform})};
  if (check === true) {
    await checkImages(images, remainder, transport, context);
  } else {
    refuseSeveral(images, options);
    await debloatAll(await namedTargets(images, options, transport), options, transport, context);
  }
}

/** An earlier image is one image's. @throws WinnowError (usage) */
function refuseSeveral({length}: readonly string[], {from}: DebloatOptions): void {
  if (length > 1 && from.length > 0) {
    throw new WinnowError('--from is for one image', {exitCode: ExitCode.usage, hint: 'debloat the images one by one, or without runs of earlier ones'});
  }
}

/** Each image with the names that go with it, in the order they were given. @throws WinnowError (usage) where some are missing */
async function namedTargets(images: readonly string[], {tag, remainder}: DebloatOptions, transport: TransportOptions): Promise<DebloatRequest[]> {
  if (tag.length === 0) {
    throw new WinnowError('--tag is missing', {exitCode: ExitCode.usage, hint: 'name the debloated image, such as --tag shop:slim'});
  }
  if (tag.length !== images.length || ![0, images.length].includes(remainder.length)) {
    throw new WinnowError(`${plural(images.length, 'image')}, but ${tag.length} of --tag and ${remainder.length} of --remainder`, {
      exitCode: ExitCode.usage, hint: 'give each image its own, in the same order',
    });
  }
  const twice = [...tag, ...remainder].find((name, at, all) => all.indexOf(name) < at);
  if (twice !== undefined) {
    throw new WinnowError(`${twice} is named twice`, {exitCode: ExitCode.usage, hint: 'give each image a name of its own'});
  }
  const requests: DebloatRequest[] = [];
  for (const [at, image] of images.entries()) {
    const names = {tag: tag[at] ?? '', remainder: remainder[at] ?? null};
    const debloated = await openTarget(parseLocation(names.tag), transport);
    requests.push({image, names, targets: {debloated, remainder: names.remainder === null ? null : await openTarget(parseLocation(names.remainder), transport)}});
  }
  return requests;
}

async function checkImages([image = '', ...others]: readonly string[], [remainder]: readonly string[], transport: TransportOptions, context: CommandContext): Promise<void> {
  if (others.length > 0) {
    throw new WinnowError('--check takes one image', {exitCode: ExitCode.usage, hint: 'check one after the other'});
  }
  const both = await openBoth(image, remainder, transport);
  try {
    const restored = await restoreImage(both.debloated, both.remainder);
    await checkRestored(restored);
    if (context.json) {
      context.printJson({schema: 'winnow.debloat-check/1', debloated: both.debloated.image, remainder: both.remainder.image, original: restored.id});
    } else {
      context.print(`${both.debloated.image.name} and ${both.remainder.image.name} make ${restored.id}, bit for bit`);
    }
  } finally {
    await both.close();
  }
}
