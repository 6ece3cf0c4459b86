import type {ContainerPath} from '../model/container-path.js';
import type {DebloatConfig, Decision, FileDecision} from '../model/debloat-config.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageReference} from '../model/image-index.js';
import {WinnowError} from '../model/winnow-error.js';

/** A debloat config as far as an image is cut by it. */
export interface PlannedDecisions extends Pick<DebloatConfig, 'image'> {
  readonly files: readonly (Pick<FileDecision, 'path' | 'decision'> & Partial<Pick<FileDecision, 'reason'>>)[];
}

/** A config's decisions. @throws WinnowError (usage) where it is of another image */
export function decisionsOf({image, files}: PlannedDecisions, {name, layers}: ImageReference): Map<ContainerPath, Decision> {
  if (image.layers.join() !== layers.join()) {
    throw new WinnowError(`the plan is of ${image.name} (${image.id.slice(0, 19)}), which has other layers than ${name}`, {exitCode: ExitCode.usage, hint: `make one with winnow plan ${name}`});
  }
  return decisionsIn(files);
}

export const decisionsIn = (files: readonly Pick<FileDecision, 'path' | 'decision'>[]): Map<ContainerPath, Decision> => new Map(files.map(({path, decision}) => [path, decision]));
