import {readFile} from 'node:fs/promises';
import test from 'ava';
import {Ajv2020} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {debloatDocument} from '../../../src/plan/debloat-document.js';
import {type Atom, keepAlike, type PlannedImage} from '../../../src/plan/joint/atoms.js';
import {exactLayers} from '../../../src/plan/joint/exact.js';
import {greedyLayers} from '../../../src/plan/joint/greedy.js';
import {type Layering, lowerBound, maskOf, placeAtoms} from '../../../src/plan/joint/layering.js';
import {planJointly} from '../../../src/plan/joint/plan-jointly.js';
import {makeIndex} from '../../train/make.js';
import {keptOf, makePlan} from '../make-plan.js';

const limits = {overheadBytes: 1000, maxLayers: 3};

/** An image of files named after their contents, and a plan that keeps what is given. */
function planned(name: string, holds: readonly string[], keeps: readonly string[], remove: readonly string[] = []): PlannedImage {
  const made = makeIndex(Object.fromEntries(holds.map((content) => [`/${content}`, {bytes: 10_000, digest: `sha256:${content}`}])));
  const index = {...made, image: {...made.image, name}};
  return {index, config: makePlan([{touches: keeps.map((content) => `/${content}`)}], index, {remove})};
}

const keptOfImage = (image: PlannedImage | undefined): string[] => (image === undefined ? [] : keptOf(image.config));

const atomsArbitrary = (images: number): fc.Arbitrary<Atom[]> =>
  fc.uniqueArray(fc.integer({min: 1, max: 2 ** images - 1}), {minLength: 1, maxLength: 10}).chain((masks) =>
    fc.array(fc.integer({min: 1, max: 100_000}), {minLength: masks.length, maxLength: masks.length}).map((sizes) =>
      masks.map((mask, at): Atom => ({images: Array.from({length: images}, (_, image) => image).filter((image) => (mask >> image) & 1), files: 1, bytes: sizes[at] ?? 0})).sort((a, b) => b.bytes - a.bytes),
    ),
  );

/** Least bytes over all sets of layers, by trying every one. */
function bruteForce(atoms: readonly Atom[], images: number): number {
  const all = Array.from({length: 2 ** images - 1}, (_, at) => BigInt(at + 1));
  let least = Infinity;
  for (let chosen = 1; chosen < 2 ** all.length; chosen += 1) {
    const open = all.filter((_, at) => (chosen >> at) & 1);
    const isTooMany = Array.from({length: images}, (_, image) => open.filter((layer) => (layer >> BigInt(image)) & 1n).length).some((count) => count > limits.maxLayers);
    const bytes = atoms.reduce((sum, atom) => sum + atom.bytes * fewestPieces(maskOf(atom), open), 0) + limits.overheadBytes * open.length;
    least = isTooMany ? least : Math.min(least, bytes);
  }
  return least;
}

function fewestPieces(mask: bigint, open: readonly bigint[]): number {
  const counts = open.filter((layer) => (layer & ~mask) === 0n).map((layer) => 1 + fewestPieces(mask & ~layer, open));
  return mask === 0n ? 0 : Math.min(Infinity, ...counts);
}

function isCover(atoms: readonly Atom[], {placed}: Layering): boolean {
  return atoms.every((atom, at) => {
    const layers = placed[at] ?? [];
    const sum = layers.reduce((all, layer) => all + layer, 0n);
    return sum === maskOf(atom) && layers.reduce((all, layer) => all | layer, 0n) === sum;
  });
}

test('the exact layers of three images are the least of all', async (t) => {
  await fc.assert(fc.asyncProperty(atomsArbitrary(3), async (atoms) => {
    const exact = await exactLayers(atoms, limits);
    t.true(exact?.isProven);
    t.true(exact !== null && isCover(atoms, exact.layering));
    t.is(exact?.layering.bytes, bruteForce(atoms, 3));
  }), {numRuns: 15});
});

test('greedy layers cover everything, keep the limit, and are no better than the exact ones and no worse than none shared', async (t) => {
  await fc.assert(fc.asyncProperty(atomsArbitrary(4), async (atoms) => {
    const greedy = greedyLayers(atoms, limits);
    const exact = await exactLayers(atoms, limits);
    t.true(isCover(atoms, greedy));
    t.true(greedy.bytes >= (exact?.layering.bytes ?? 0) && (exact?.layering.bytes ?? 0) >= lowerBound(atoms, limits));
    const apart = [...new Set(atoms.flatMap(({images}) => images))].map((image) => 1n << BigInt(image));
    t.true(greedy.bytes <= placeAtoms(atoms, apart, limits).bytes);
  }), {numRuns: 20});
});

test('greedy layers serve many images', (t) => {
  const atoms = Array.from({length: 30}, (_, at): Atom => ({images: Array.from({length: 12}, (_unused, image) => image).filter((image) => (at * 7 + image * 5) % 3 > 0), files: 1, bytes: 1000 * (31 - at)}));
  const layering = greedyLayers(atoms, {overheadBytes: 100, maxLayers: 4});
  t.true(isCover(atoms, layering));
  t.true(Number.isFinite(layering.bytes));
});

test('a file that one image keeps stays in those that hold the same, unless their policy removes it', (t) => {
  const [a, b, c] = keepAlike([planned('a', ['x', 'y'], ['x']), planned('b', ['x', 'z'], ['z']), planned('c', ['x'], [], ['/x'])]);
  t.deepEqual(keptOfImage(a), ['/x']);
  t.deepEqual(keptOfImage(b), ['/x', '/z']);
  t.deepEqual(keptOfImage(c), []);
  t.like(b?.config.totals, {removedFiles: 0, removedBytes: 0, expectedMissesPerRun: 0});
  t.regex(b?.config.files.find(({path}) => path === '/x')?.reason ?? '', /^shared with a, which keeps it; not observed/);
});

test('a joint plan counts what images share once, and follows its schema', async (t) => {
  const plan = await planJointly([planned('a', ['x', 'y'], ['x', 'y']), planned('b', ['x', 'z'], ['x', 'z'])], limits);
  t.deepEqual(plan.layers.map(({images, bytes}) => ({images, bytes})), [{images: [0, 1], bytes: 10_000}, {images: [0], bytes: 10_000}, {images: [1], bytes: 10_000}]);
  t.deepEqual(plan.totals, {separateBytes: 42_000, uniqueBytes: 30_000, jointBytes: 33_000, savedBytes: 9000, boundBytes: 33_000, isProven: true});
  const schemaOf = async (name: string): Promise<object> => JSON.parse(await readFile(new URL(`../../../docs/schema/${name}`, import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({strict: true, allowUnionTypes: true}).addSchema(await schemaOf('winnow.debloat.1.json'));
  const validate = ajv.compile(await schemaOf('winnow.plan-set.1.json'));
  t.true(validate(JSON.parse(JSON.stringify({...plan, images: plan.images.map(debloatDocument)}))), ajv.errorsText(validate.errors));
});

test('images that share nothing get a layer each', async (t) => {
  const plan = await planJointly([planned('a', ['x'], ['x']), planned('b', ['y'], ['y'])], limits);
  t.is(plan.totals.savedBytes, 0);
  t.is((await planJointly([planned('a', [], []), planned('b', [], [])], limits)).totals.jointBytes, 0);
});
