import type {Atom} from './atoms.js';

export interface LayerLimits {
  /** Bytes that a layer costs beyond its contents. */
  readonly overheadBytes: number;
  /** Layers of one image. */
  readonly maxLayers: number;
}

/** Which layers there are, and which of them each atom stands in. */
export interface Layering {
  /** For each layer the images that use it, as a bit mask. */
  readonly layers: readonly bigint[];
  /** For each atom the layers that hold it: each of its images uses exactly one of them. */
  readonly placed: readonly (readonly bigint[])[];
  /** Bytes of all layers with their overheads; Infinity where some image has too many. */
  readonly bytes: number;
}

export const maskOf = ({images}: Pick<Atom, 'images'>): bigint => images.reduce((mask, image) => mask | (1n << BigInt(image)), 0n);
export const isWithin = (inner: bigint, outer: bigint): boolean => (inner & ~outer) === 0n;

export function imagesOf(mask: bigint): number[] {
  return [...mask.toString(2)].reverse().flatMap((bit, image) => (bit === '1' ? [image] : []));
}

/** Puts each atom into the largest open layers that only its images use. */
export function placeAtoms(atoms: readonly Atom[], open: readonly bigint[], {overheadBytes, maxLayers}: LayerLimits): Layering {
  const largestFirst = open.toSorted((a, b) => imagesOf(b).length - imagesOf(a).length || (a < b ? -1 : 1));
  const placed = atoms.map((atom) => {
    const own: bigint[] = [];
    let left = maskOf(atom);
    for (const layer of largestFirst) {
      if (left !== 0n && isWithin(layer, left)) {
        own.push(layer);
        left &= ~layer;
      }
    }
    return left === 0n ? own : null;
  });
  const layers = largestFirst.filter((layer) => placed.some((own) => own?.includes(layer)));
  const counts = new Map<number, number>();
  layers.flatMap(imagesOf).forEach((image) => counts.set(image, (counts.get(image) ?? 0) + 1));
  const isFeasible = placed.every((own) => own !== null) && [...counts.values()].every((count) => count <= maxLayers);
  const contents = atoms.reduce((sum, {bytes}, at) => sum + bytes * (placed[at]?.length ?? 0), 0);
  return {layers, placed: placed.map((own) => own ?? []), bytes: isFeasible ? contents + overheadBytes * layers.length : Infinity};
}

/** No layering takes less: each content once, each image at least one layer, and one layer may serve all images. */
export function lowerBound(atoms: readonly Atom[], {overheadBytes}: LayerLimits): number {
  return atoms.reduce((sum, {bytes}) => sum + bytes, 0) + (atoms.length === 0 ? 0 : overheadBytes);
}
