import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {ContainerPath} from '../model/container-path.js';
import type {Decision} from '../model/debloat-config.js';
import type {ImageIndex, ImageReference} from '../model/image-index.js';
import {billAfter, billBefore} from '../sbom/bill.js';
import {cycloneDxDocument} from '../sbom/cyclonedx.js';
import {spdxDocument} from '../sbom/spdx.js';
import type {CommandContext} from './context.js';
import {createdAt} from './created-at.js';
import {toolVersion} from './tool-version.js';
import {writeDocument} from './write-document.js';

/** A debloated image, with the original's index and the decisions. */
interface BilledImage {
  readonly index: ImageIndex;
  readonly debloated: ImageReference;
  readonly decisions: ReadonlyMap<ContainerPath, Decision>;
}

/** Writes `before` and `after` as `.spdx.json` and `.cdx.json` into a directory, made where it is missing; of several images each into one there that is called as the image is. */
export async function writeBills(directory: string, images: readonly BilledImage[], context: CommandContext): Promise<void> {
  const created = createdAt(context);
  for (const {index, debloated, decisions} of images) {
    const place = images.length === 1 ? directory : path.join(directory, index.image.name.replaceAll(/[/:@]+/g, '_'));
    await mkdir(path.resolve(context.cwd, place), {recursive: true});
    for (const [name, bill] of [['before', billBefore(index, created)], ['after', billAfter(debloated, index, decisions, created)]] as const) {
      await writeDocument(path.join(place, `${name}.spdx.json`), spdxDocument(bill, toolVersion), context);
      await writeDocument(path.join(place, `${name}.cdx.json`), cycloneDxDocument(bill, toolVersion), context);
    }
  }
}
