import type {Atom} from './atoms.js';
import {imagesOf, type Layering, type LayerLimits, maskOf, placeAtoms} from './layering.js';

/** Beyond it, moves are tried for the largest atoms only. */
const maxCandidates = 60;

/**
 * Layers by greedy dropping and local search: an image's own layer is always open; one for each atom is opened, those whose loss
 * costs least are closed until no image has too many, and then single layers are opened and closed while that saves bytes.
 *
 * @param atoms largest first
 */
export function greedyLayers(atoms: readonly Atom[], limits: LayerLimits): Layering {
  const own = [...new Set(atoms.flatMap(({images}) => images))].map((image) => 1n << BigInt(image));
  const candidates = [...new Set(atoms.map(maskOf))].filter((mask) => imagesOf(mask).length > 1).slice(0, maxCandidates);
  const isTooMany = (open: readonly bigint[]): boolean => placeAtoms(atoms, open, limits).bytes === Infinity;
  const costOf = (open: readonly bigint[]): number => placeAtoms(atoms, open, {...limits, maxLayers: Infinity}).bytes;
  let open = [...own, ...candidates];
  while (isTooMany(open) && open.length > own.length) {
    const without = open.slice(own.length).map((layer) => open.filter((other) => other !== layer));
    open = without.reduce((best, next) => (costOf(next) < costOf(best) ? next : best));
  }
  for (let best = placeAtoms(atoms, open, limits); ; ) {
    const moves = candidates.map((layer) => (open.includes(layer) ? open.filter((other) => other !== layer) : [...open, layer]));
    const better = moves.map((move) => ({move, layering: placeAtoms(atoms, move, limits)})).reduce((least, next) => (next.layering.bytes < least.layering.bytes ? next : least), {move: open, layering: best});
    if (better.layering.bytes >= best.bytes) {
      return best;
    }
    open = better.move;
    best = better.layering;
  }
}
