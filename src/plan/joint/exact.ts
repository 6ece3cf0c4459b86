import highsModule from 'highs';
import type {Atom} from './atoms.js';
import {imagesOf, isWithin, type Layering, type LayerLimits, maskOf} from './layering.js';

/** 2^n − 1 possible layers. */
export const maxExactImages = 6;
const maxSeconds = 5;

/** The package's types take its ES module for CommonJS, whose default is one level deeper. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

export interface ExactLayering {
  readonly layering: Layering;
  /** False where time was up: then it is the best that was found. */
  readonly isProven: boolean;
}

/**
 * Least total storage as an integer programme on HiGHS: minimise Σ overhead · y_m + Σ bytes_s · x_{s,m} with each atom s covered once
 * for each of its images by layers m ⊆ s, x ≤ y, and at most L layers an image (facility location on sets).
 *
 * @returns null where nothing was found in time
 */
export async function exactLayers(atoms: readonly Atom[], limits: LayerLimits): Promise<ExactLayering | null> {
  if (atoms.length === 0) {
    return {layering: {layers: [], placed: [], bytes: 0}, isProven: true};
  }
  const highs = await loadHighs();
  const {Status, Columns} = highs.solve(programme(atoms, limits), {time_limit: maxSeconds, mip_rel_gap: 0, output_flag: false});
  const isSet = (name: string): boolean => {
    const column = Columns[name];
    return column !== undefined && 'Primal' in column && (column.Primal ?? 0) > 0.5;
  };
  const placed = atoms.map((atom, at) => layersFor(atom).filter((layer) => isSet(`x${at}_${layer}`)));
  if ((Status !== 'Optimal' && Status !== 'Time limit reached') || placed.some((layers, at) => layers.reduce((all, layer) => all | layer, 0n) !== maskOf(atoms[at] ?? {images: []}))) {
    return null;
  }
  const layers = [...new Set(placed.flat())].sort((a, b) => imagesOf(b).length - imagesOf(a).length || (a < b ? -1 : 1));
  const bytes = atoms.reduce((sum, atom, at) => sum + atom.bytes * (placed[at]?.length ?? 0), 0) + limits.overheadBytes * layers.length;
  return {layering: {layers, placed, bytes}, isProven: Status === 'Optimal'};
}

function layersFor(atom: Atom): bigint[] {
  const whole = maskOf(atom);
  return Array.from({length: Number(whole)}, (_, at) => BigInt(at + 1)).filter((layer) => isWithin(layer, whole));
}

/** The model in CPLEX's LP format; bytes in megabytes, so that coefficients are of one scale. */
function programme(atoms: readonly Atom[], {overheadBytes, maxLayers}: LayerLimits): string {
  const layers = [...new Set(atoms.flatMap(layersFor))].sort((a, b) => (a < b ? -1 : 1));
  const images = [...new Set(layers.flatMap(imagesOf))].sort((a, b) => a - b);
  const variables = atoms.flatMap((atom, at) => layersFor(atom).map((layer) => `x${at}_${layer}`));
  const cover = atoms.flatMap((atom, at) =>
    atom.images.map((image) => `${layersFor(atom).filter((layer) => isWithin(1n << BigInt(image), layer)).map((layer) => `x${at}_${layer}`).join(' + ')} = 1`),
  );
  const used = atoms.flatMap((atom, at) => layersFor(atom).map((layer) => `x${at}_${layer} - y${layer} <= 0`));
  const few = images.map((image) => `${layers.filter((layer) => isWithin(1n << BigInt(image), layer)).map((layer) => `y${layer}`).join(' + ')} <= ${maxLayers}`);
  const objective = [
    ...atoms.flatMap(({bytes, ...atom}, at) => layersFor({bytes, ...atom}).map((layer) => `${bytes / 1e6} x${at}_${layer}`)),
    ...layers.map((layer) => `${overheadBytes / 1e6} y${layer}`),
  ];
  return [
    'Minimize', ` ${objective.join('\n + ')}`,
    'Subject To', ...[...cover, ...used, ...few].map((row, at) => ` c${at}: ${row}`),
    'Binary', ` ${[...variables, ...layers.map((layer) => `y${layer}`)].join('\n ')}`,
    'End',
  ].join('\n');
}
