import {decisionsIn, decisionsOf, type PlannedDecisions} from '../debloat/decisions.js';
import {type DescribedImage, describeImage} from '../debloat/describe-image.js';
import {debloatWithDatabases, type ImageToDebloat} from '../debloat/filtered-image.js';
import type {PlannedFile} from '../debloat/planned-file.js';
import {type DebloatTargets, publishAll} from '../debloat/publish-debloated.js';
import type {Verification} from '../debloat/verify/verify.js';
import {parseLocation} from '../image/transport/image-location.js';
import {openImage, type TransportOptions} from '../image/transport/open-image.js';
import type {OpenedImage} from '../image/transport/opened-image.js';
import {defaultPolicy} from '../model/debloat-config.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {planDebloat} from '../plan/plan-debloat.js';
import {readPlanFile} from './config/plan-file.js';
import type {CommandContext} from './context.js';
import {makeReport} from './debloat-report.js';
import {printReports, writeReports} from './report-set.js';
import {writeBills} from './sbom-files.js';
import {type EvidenceOptions, evidenceOf} from './evidence-options.js';
import {loadTrainedImage} from './trained-image.js';
import {verifyAll} from './verify-all.js';
import type {VerifyOptions} from './verify-options.js';

export interface DebloatAllOptions extends VerifyOptions, EvidenceOptions {
  readonly plan?: string;
  readonly report?: string;
  readonly sbom?: string;
}

/** An image, and where the two that are made of it go. */
export interface DebloatRequest {
  readonly image: string;
  readonly names: {readonly tag: string; readonly remainder: string | null};
  readonly targets: DebloatTargets;
}

/** Debloats images; layers that several of them have are rewritten once for all. @throws WinnowError where one does not pass: none gets its name then */
export async function debloatAll(requests: readonly DebloatRequest[], options: DebloatAllOptions, transport: TransportOptions, context: CommandContext): Promise<void> {
  const originals: OpenedImage[] = [];
  try {
    const images: ImageToDebloat[] = [];
    for (const {image} of requests) {
      const original = await openImage(parseLocation(image), transport);
      originals.push(original);
      const described = await describeImage(original);
      images.push({original, described, planned: plannedFiles(described, await planFor(original, options, context), original)});
    }
    refuseTwice(originals);
    await debloatOpened(requests, images, options, context);
  } finally {
    await Promise.all(originals.map((original) => original.close()));
  }
}

async function debloatOpened(requests: readonly DebloatRequest[], images: readonly ImageToDebloat[], options: DebloatAllOptions, context: CommandContext): Promise<void> {
  const verifications = options.verify ? await verifyAll(images, options, context) : images.map(() => null);
  const cuts = await debloatWithDatabases(images.map((image, at) => ({...image, planned: verifications[at]?.files ?? image.planned})));
  const failed = verifications.findIndex((verification) => verification?.passed === false);
  const published = failed < 0 ? await publishAll(cuts.flatMap(({image}, at) => requests.slice(at, at + 1).map(({targets}) => ({image, targets})))) : null;
  const made = requests.flatMap(({names}, at) => {
    const [image, cut] = [images[at], cuts[at]];
    return image === undefined || cut === undefined ? [] : [{
      image, cut, report: makeReport({index: image.described.index, cut, verification: verifications[at] ?? null, published: published?.[at] ?? null, names}),
    }];
  });
  const reports = made.map(({report, cut}) => ({report, image: cut.image}));
  if (options.report !== undefined) {
    await writeReports(options.report, reports, context);
  }
  if (options.sbom !== undefined && published !== null) {
    await writeBills(options.sbom, made.flatMap(({image: {described: {index}}, cut: {files}, report: {debloated}}) => (debloated === null ? [] : [{index, debloated, decisions: decisionsIn(files)}])), context);
  }
  printReports(reports, context);
  const verification = verifications[failed];
  if (verification != null) {
    throw failure(requests[failed]?.image ?? '', verification, options.maxRepairs);
  }
  if (verifications.some((of) => (of?.lostRecords ?? 0) > 0)) {
    context.note('winnow: capture lost records of a verified run: what it missed, but did not fail of, is not known');
    context.exitWith(ExitCode.lostRecords);
  }
}

function refuseTwice(originals: readonly OpenedImage[]): void {
  const twice = originals.find(({image: {id}}, at) => originals.findIndex((other) => other.image.id === id) < at);
  if (twice !== undefined) {
    throw new WinnowError(`${twice.image.name} is named twice`, {exitCode: ExitCode.usage, hint: 'name each image once'});
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
async function planFor({image}: OpenedImage, {plan, ...options}: DebloatAllOptions, context: CommandContext): Promise<PlannedDecisions> {
  if (plan === undefined) {
    const {profile, index} = await loadTrainedImage(image.id, context, {...evidenceOf(options), title: image.name});
    return planDebloat(profile, index, defaultPolicy);
  }
  const configs = await readPlanFile(plan, context.cwd);
  const fitting = configs.find((config) => config.image.layers.join() === image.layers.join()) ?? configs[0];
  if (fitting === undefined) {
    throw new Error('a plan of no image');
  }
  return fitting;
}
