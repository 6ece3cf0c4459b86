import {debloatWithDatabases, type ImageToDebloat, keepAlike} from '../debloat/filtered-image.js';
import type {PlannedFile} from '../debloat/planned-file.js';
import type {Verification} from '../debloat/verify/verify.js';
import {openEngine} from '../image/engine.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import type {CommandContext} from './context.js';
import type {EvidenceOptions} from './evidence-options.js';
import {verifyImage} from './verify-image.js';
import {namesWorkloads, type VerifyOptions, workloadsToVerify} from './verify-options.js';

/**
 * Verifies each image by its own workloads, as it becomes together with the others. What comes back to one may come back to others, whose
 * layers it shares: those are verified again, as they became. It ends since more comes back each time.
 * @returns one for each image, up to the first that does not pass
 */
export async function verifyAll(images: readonly ImageToDebloat[], options: VerifyOptions & EvidenceOptions, context: CommandContext): Promise<Verification[]> {
  if (images.length > 1 && namesWorkloads(options)) {
    throw new WinnowError('--config, --exec, --test and --http are for one image', {exitCode: ExitCode.usage, hint: 'leave them out: each of several images is verified with the workloads that it was profiled with'});
  }
  const docker = await openEngine(context.env);
  const workloads = await Promise.all(images.map(({original: {image: {id, name}}}) => workloadsToVerify(id, name, options, context)));
  const verifications: Verification[] = [];
  let files = keepAlike(images, images.map(({planned}) => planned));
  for (;;) {
    const at = images.findIndex((_, image) => verifications[image] === undefined || keptCount(verifications[image].files) !== keptCount(files[image] ?? []));
    const image = images[at];
    if (image === undefined) {
      return verifications;
    }
    const before = verifications[at];
    if (before !== undefined) {
      context.note(`winnow: ${image.original.image.name} is verified again: what came back to another image is in a layer that they share`);
    }
    const verification = await verifyImage(docker, {
      imageId: image.original.image.id,
      files: files[at] ?? [],
      workloads: workloads[at] ?? [],
      maxRepairs: options.maxRepairs,
      makeImage: async (attempt) => {
        const [made] = (await debloatWithDatabases(images.map((other, place) => ({...other, planned: place === at ? attempt : (files[place] ?? [])})))).slice(at);
        if (made === undefined) {
          throw new Error('no image was made');
        }
        return made.image.debloated(null);
      },
    }, context);
    files = keepAlike(images, files.with(at, verification.files));
    verifications[at] = {
      ...verification,
      files: files[at] ?? [],
      attempts: [...(before?.attempts ?? []), ...verification.attempts],
      lostRecords: (before?.lostRecords ?? 0) + verification.lostRecords,
    };
    if (!verification.passed) {
      return verifications;
    }
  }
}

const keptCount = (files: readonly PlannedFile[]): number => files.filter(({decision}) => decision === 'keep').length;
