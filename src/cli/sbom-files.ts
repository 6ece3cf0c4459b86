import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {PlannedFile} from '../debloat/planned-file.js';
import type {ImageIndex, ImageReference} from '../model/image-index.js';
import {billAfter, billBefore} from '../sbom/bill.js';
import {cycloneDxDocument} from '../sbom/cyclonedx.js';
import {spdxDocument} from '../sbom/spdx.js';
import type {CommandContext} from './context.js';
import {createdAt} from './created-at.js';
import {toolVersion} from './tool-version.js';
import {writeDocument} from './write-document.js';

/** Writes `before` and `after` as `.spdx.json` and `.cdx.json`, into a directory that is made where it is missing. */
export async function writeBills(directory: string, index: ImageIndex, debloated: ImageReference, files: readonly PlannedFile[], context: CommandContext): Promise<void> {
  await mkdir(path.resolve(context.cwd, directory), {recursive: true});
  const decisions = new Map(files.map(({path: name, decision}) => [name, decision]));
  const created = createdAt(context);
  for (const [name, bill] of [['before', billBefore(index, created)], ['after', billAfter(debloated, index, decisions, created)]] as const) {
    await writeDocument(path.join(directory, `${name}.spdx.json`), spdxDocument(bill, toolVersion), context);
    await writeDocument(path.join(directory, `${name}.cdx.json`), cycloneDxDocument(bill, toolVersion), context);
  }
}
