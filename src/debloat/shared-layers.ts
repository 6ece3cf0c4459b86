import type {LayerListing} from '../image/layer-reader.js';
import {parentPath} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import {decisionsIn} from './decisions.js';
import {type LayerUse, usesOf, wishFor} from './layer-use.js';
import type {PlannedFile} from './planned-file.js';

/** An image with what is planned for it. */
export interface PlannedImage {
  readonly name: string;
  readonly layers: readonly LayerListing[];
  readonly files: readonly PlannedFile[];
}

/**
 * Keeps in each image what another one keeps and both see in a layer that they share: it takes no more storage there, whereas
 * its removal would take a whiteout in a layer of its own.
 */
export function keepAlikeInLayers(images: readonly PlannedImage[]): (readonly PlannedFile[])[] {
  const reasons = images.map(() => new Map<ContainerPath, string>());
  const withReasons = (): (readonly PlannedFile[])[] => images.map(({files}, at) => keepFor(files, reasons[at] ?? new Map<ContainerPath, string>()));
  for (let before = -1; before !== countOf(reasons); ) { // what one image keeps for another may be what a third one sees
    before = countOf(reasons);
    const files = withReasons();
    const uses = images.map(({layers}, at) => usesOf({layers, decisions: decisionsIn(files[at] ?? []), replaced: new Map()}));
    for (const listing of new Map(images.flatMap(({layers}) => layers.map((layer) => [layer.diffId, layer] as const))).values()) {
      const users = uses.flatMap((of, at) => (of.has(listing.diffId) ? [{at, use: of.get(listing.diffId) as LayerUse}] : []));
      for (const entry of users.length > 1 ? listing.entries : []) {
        const wishes = users.map(({use}) => (entry.inode === null ? 'hidden' : wishFor(entry, use)));
        const keeper = users[wishes.indexOf('keep')];
        wishes.forEach((wish, user) => {
          const other = users[user];
          if (keeper !== undefined && other !== undefined && wish === 'remove') {
            addWithParents(reasons[other.at] ?? new Map<ContainerPath, string>(), entry.path, other.use, `in a layer shared with ${images[keeper.at]?.name ?? ''}, which keeps it`);
          }
        });
      }
    }
  }
  return withReasons();
}

function addWithParents(reasons: Map<ContainerPath, string>, path: ContainerPath, {view: {decisions}}: LayerUse, reason: string): void {
  for (let at = path; at !== '/' && decisions.get(at) === 'remove' && !reasons.has(at); at = parentPath(at)) {
    reasons.set(at, reason);
  }
}

function keepFor(files: readonly PlannedFile[], reasons: ReadonlyMap<ContainerPath, string>): readonly PlannedFile[] {
  return reasons.size === 0 ? files : files.map((file) => {
    const reason = reasons.get(file.path);
    return reason === undefined ? file : {...file, decision: 'keep', reason: `${reason}; ${file.reason}`};
  });
}

const countOf = (sets: readonly ReadonlyMap<ContainerPath, string>[]): number => sets.reduce((sum, {size}) => sum + size, 0);
