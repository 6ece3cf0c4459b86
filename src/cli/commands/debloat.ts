import type {Command} from 'commander';
import {decisionsOf, type PlannedDecisions} from '../../debloat/decisions.js';
import {type DescribedImage, describeImage} from '../../debloat/describe-image.js';
import {debloatWithDatabase} from '../../debloat/filtered-image.js';
import type {PlannedFile} from '../../debloat/planned-file.js';
import {publishDebloated} from '../../debloat/publish-debloated.js';
import {checkRestored, restoreImage} from '../../debloat/restore-image.js';
import type {Verification} from '../../debloat/verify/verify.js';
import {openEngine} from '../../image/engine.js';
import {parseLocation} from '../../image/transport/image-location.js';
import {openImage, openTarget, type TransportOptions} from '../../image/transport/open-image.js';
import type {OpenedImage} from '../../image/transport/opened-image.js';
import {defaultPolicy} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {readPlanFile} from '../config/plan-file.js';
import type {CommandContext} from '../context.js';
import {makeReport, printReport, writeReport} from '../debloat-report.js';
import type {RegisterCommand} from '../program.js';
import {openBoth} from '../remainder-of.js';
import {writeBills} from '../sbom-files.js';
import {loadTrainedImage} from '../trained-image.js';
import {verifyImage} from '../verify-image.js';
import {addVerifyOptions, type VerifyOptions, workloadsToVerify} from '../verify-options.js';

interface DebloatOptions extends VerifyOptions {
  readonly tag?: string;
  readonly remainder?: string;
  readonly plan?: string;
  readonly platform?: string;
  readonly check?: true;
  readonly report?: string;
  readonly sbom?: string;
}

export const registerDebloat: RegisterCommand = (program, contextOf) => {
  const command = program
    .command('debloat')
    .description('make a smaller image of what a plan keeps, and a remainder image of what it removes')
    .argument('<image>', 'the image to debloat; with --check, the debloated one')
    .option('--tag <image>', 'name of the debloated image')
    .option('--remainder <image>', 'name of the image that holds what is removed: with both, nothing is lost')
    .option('--plan <file>', 'a config of winnow plan --output (default: what winnow plan IMAGE decides)')
    .option('--platform <platform>', 'which one of an image for several, such as linux/arm64')
    .option('--report <file>', 'write what was removed and why: text where it ends with .txt, else JSON')
    .option('--sbom <directory>', 'write bills of materials of both images there, as SPDX and CycloneDX')
    .option('--check', 'check that the debloated image and its remainder make the original, bit for bit');
  addVerifyOptions(command)
    .addHelpText('after', `
The image is verified before it gets its name: each workload that it was profiled with, or that options name, runs on the
original and on the debloated image. What is missing there is added back, with what goes with it, and tried again; where that
does not end well nothing is tagged, and the exit code is 3.
An image is a name that the Docker engine knows, docker-archive:FILE[:NAME], oci:DIRECTORY[:NAME],
oci-archive:FILE[:NAME] or docker://REGISTRY/NAME. docs/debloat.md says what becomes of each entry of a layer.

Examples:
  winnow debloat shop:1.4 --tag shop:slim --remainder shop:rest --report removed.txt
  winnow debloat shop:1.4 --tag shop:slim --config winnow.yaml --sbom bills
  winnow debloat shop:slim --check
  winnow debloat docker-archive:shop.tar --plan debloat.json --tag docker-archive:slim.tar:shop:slim --no-verify`)
    .action(async (image: string, options: DebloatOptions, action: Command) => debloat(image, options, contextOf(action)));
};

async function debloat(image: string, options: DebloatOptions, context: CommandContext): Promise<void> {
  const {tag, remainder, plan, platform, check} = options;
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
    const described = await describeImage(original);
    const planned = plannedFiles(described, await planFor(original, plan, context), original);
    const verification = options.verify ? await verify(original, described, planned, options, context) : null;
    const cut = await debloatWithDatabase(original, described, verification?.files ?? planned);
    const passed = verification?.passed ?? true;
    const published = passed ? await publishDebloated(cut.image, targets) : null;
    const report = makeReport({index: described.index, cut, verification, published, names: {tag, remainder: remainder ?? ''}});
    if (options.report !== undefined) {
      await writeReport(options.report, report, context);
    }
    if (options.sbom !== undefined && report.debloated !== null) {
      await writeBills(options.sbom, described.index, report.debloated, cut.files, context);
    }
    printReport(report, cut.image, context);
    if (verification !== null && !passed) {
      throw failure(image, verification, options.maxRepairs);
    }
    if ((verification?.lostRecords ?? 0) > 0) {
      context.note('winnow: capture lost records of a verified run: what it missed, but did not fail of, is not known');
      context.exitWith(ExitCode.lostRecords);
    }
  } finally {
    await original.close();
  }
}

function failure(image: string, {attempts}: Verification, maxRepairs: number): WinnowError {
  const shortfall = attempts.at(-1)?.shortfalls[0];
  const what = shortfall?.differences[0] ?? `it looks for ${shortfall?.missed[0] ?? ''} in vain`;
  const isUsedUp = attempts.length > maxRepairs;
  return new WinnowError(`${image} is not debloated: workload "${shortfall?.workload ?? ''}" does not pass: ${what}`, {
    exitCode: ExitCode.threshold,
    hint: isUsedUp ? 'allow more of --max-repairs, or profile that workload more often and plan again' : 'nothing that it missed is known to be removed; keep more with winnow plan --keep, or mend what varies in the workload',
  });
}

async function verify(original: OpenedImage, described: DescribedImage, files: readonly PlannedFile[], options: VerifyOptions, context: CommandContext): Promise<Verification> {
  const {id, name} = original.image;
  const workloads = await workloadsToVerify(id, name, options, context);
  return verifyImage(await openEngine(context.env), {
    imageId: id,
    files,
    workloads,
    maxRepairs: options.maxRepairs,
    makeImage: async (attempt) => (await debloatWithDatabase(original, described, attempt)).image.debloated(null),
  }, context);
}

/** What an image has, with a plan's decisions. @throws WinnowError (usage) where the plan is of another image */
function plannedFiles({index}: DescribedImage, planned: PlannedDecisions, {image}: OpenedImage): PlannedFile[] {
  const decisions = decisionsOf(planned, image);
  const reasons = new Map(planned.files.map(({path, reason}) => [path, reason]));
  return index.files.map((file) => {
    const decision = decisions.get(file.path);
    if (decision === undefined) {
      throw new WinnowError(`the plan says nothing of ${file.path}`, {exitCode: ExitCode.usage, hint: `make one with winnow plan ${image.name}`});
    }
    const {path, type, layer, bytes, package: owner} = file;
    return {path, type, layer, bytes, package: owner, decision, reason: reasons.get(path) ?? 'the plan says so'};
  });
}

/** The plan in a file, or what the store's runs of the image give. */
async function planFor({image}: OpenedImage, plan: string | undefined, context: CommandContext): Promise<PlannedDecisions> {
  if (plan === undefined) {
    const {profile, index} = await loadTrainedImage(image.id, context);
    return planDebloat(profile, index, defaultPolicy);
  }
  const configs = await readPlanFile(plan, context.cwd);
  const fitting = configs.find((config) => config.image.layers.join() === image.layers.join()) ?? configs[0];
  if (fitting === undefined) {
    throw new Error('a plan of no image');
  }
  return fitting;
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
