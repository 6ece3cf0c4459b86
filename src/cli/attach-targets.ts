import type Docker from 'dockerode';
import type {RunningTarget} from '../capture/attached-run.js';
import {cgroupTarget, processTarget} from '../capture/running-processes.js';
import {composeLabel, containerById, findRunning, type RunningContainer} from '../capture/running-containers.js';
import {loadImageIndex} from '../image/index-cache.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ImagedTarget} from './attach-runs.js';

export interface TargetOptions {
  readonly image?: string;
  readonly label: readonly string[];
  readonly compose?: string;
  readonly cgroup?: string;
  readonly pid?: number;
}

/** Refuses what can't be meant together, before anything is asked of an engine. @throws WinnowError (usage) */
export function checkTargets(names: readonly string[], {image, label, compose, cgroup, pid}: TargetOptions): void {
  const filters = label.length > 0 || compose !== undefined;
  const ways = [names.length > 0, filters || (image !== undefined && cgroup === undefined && pid === undefined), cgroup !== undefined, pid !== undefined];
  const given = ways.filter(Boolean).length;
  if (given !== 1) {
    throw new WinnowError(given === 0 ? 'say what to attach to' : 'there is more than one way to attach here', {
      exitCode: ExitCode.usage,
      hint: 'give names of containers, or --image, --label and --compose, or --cgroup, or --pid',
    });
  }
}

/** What is meant, each with its image's file list. @throws WinnowError where something is not there, or no image is known for it */
export async function findTargets(docker: Docker, names: readonly string[], options: TargetOptions, storeDirectory: string): Promise<ImagedTarget[]> {
  const {image, label, compose, cgroup, pid} = options;
  if (cgroup !== undefined || pid !== undefined) {
    const target = cgroup === undefined ? await processTarget(pid ?? 0) : await cgroupTarget(cgroup);
    return [await withImageOf(docker, target, image, storeDirectory)];
  }
  const labels = [...label, ...(compose === undefined ? [] : [composeLabel(compose)])];
  const containers = await findRunning(docker, {names, labels, ...(image === undefined ? {} : {image})});
  const targets: ImagedTarget[] = [];
  for (const container of containers) {
    targets.push(await withOwnImage(docker, container, storeDirectory));
  }
  return targets;
}

/** By id: the name may stand for a newer image by now. */
async function withOwnImage(docker: Docker, target: RunningContainer, storeDirectory: string): Promise<ImagedTarget> {
  const index = await loadImageIndex(docker, target.imageId, storeDirectory);
  return {target, index: {...index, image: {...index.image, name: target.imageName}}};
}

/** Of the image that the user names, else of the container that the cgroup belongs to. */
async function withImageOf(docker: Docker, target: RunningTarget, image: string | undefined, storeDirectory: string): Promise<ImagedTarget> {
  if (image !== undefined) {
    return {target, index: await loadImageIndex(docker, image, storeDirectory)};
  }
  const container = target.containerId === null ? null : await containerById(docker, target.containerId);
  if (container === null) {
    throw new WinnowError(`${target.name} is of no container that this engine knows`, {exitCode: ExitCode.usage, hint: 'name the image whose files it uses: --image IMAGE'});
  }
  const {index} = await withOwnImage(docker, container, storeDirectory);
  return {target, index};
}
