import type {JointPlan} from '../../model/joint-plan.js';
import {keepAlike, listAtoms, type PlannedImage} from './atoms.js';
import {exactLayers, maxExactImages} from './exact.js';
import {greedyLayers} from './greedy.js';
import {imagesOf, type LayerLimits, lowerBound} from './layering.js';

/** A tar stream's and a manifest entry's worth, and as many layers as engines handle without noticing. */
export const defaultLimits: LayerLimits = {overheadBytes: 65_536, maxLayers: 8};

/**
 * Layers for the kept parts of several images such that all together take least storage; equal contents count once where a layer is
 * shared. Exact up to six images, else greedy with a bound.
 */
export async function planJointly(separate: readonly PlannedImage[], limits: LayerLimits = defaultLimits): Promise<JointPlan> {
  const joint = keepAlike(separate);
  const atoms = listAtoms(joint);
  const exact = separate.length > maxExactImages ? null : await exactLayers(atoms, limits);
  const greedy = exact?.isProven === true ? null : greedyLayers(atoms, limits);
  const best = exact !== null && (greedy === null || exact.layering.bytes <= greedy.bytes) ? exact.layering : (greedy ?? greedyLayers(atoms, limits));
  const isProven = exact?.isProven === true;
  const atomsOf = (layer: bigint) => atoms.filter((_, at) => best.placed[at]?.includes(layer));
  const separateBytes = listAtoms(separate).reduce((sum, {images, bytes}) => sum + images.length * bytes, 0) + limits.overheadBytes * separate.length;
  return {
    schema: 'winnow.plan-set/1',
    images: joint.map(({config}) => config),
    layers: best.layers.map((layer) => ({
      images: imagesOf(layer),
      files: atomsOf(layer).reduce((sum, {files}) => sum + files, 0),
      bytes: atomsOf(layer).reduce((sum, {bytes}) => sum + bytes, 0),
    })),
    atoms: atoms.map((atom, at) => ({...atom, layers: (best.placed[at] ?? []).map((layer) => best.layers.indexOf(layer))})),
    limits,
    totals: {
      separateBytes,
      uniqueBytes: atoms.reduce((sum, {bytes}) => sum + bytes, 0),
      jointBytes: best.bytes,
      savedBytes: separateBytes - best.bytes,
      boundBytes: isProven ? best.bytes : lowerBound(atoms, limits),
      isProven,
    },
  };
}
