import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import type {PlannedFile} from '../../src/debloat/planned-file.js';
import {keepAlikeInLayers} from '../../src/debloat/shared-layers.js';
import {mergeLayers} from '../../src/image/layer-merge.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {directory, type Entry, file, link, symlink} from '../image/archives.js';
import {chooseRemoved, layerEntries, makeTars} from './any-layers.js';
import {join, list, listAll, splitTogether, viewOf, without} from './layers.js';

interface Planned {
  readonly layers: readonly Buffer[];
  readonly removes: readonly string[];
}

/** What each image removes when layers are to stay shared. */
async function removedAlike(images: readonly Planned[]): Promise<string[][]> {
  const planned = await Promise.all(images.map(async ({layers, removes}, at) => {
    const listings = await listAll(layers);
    const {files} = mergeLayers(listings.map(({root}) => root));
    return {name: `image ${at}`, layers: listings, files: files.map((of): PlannedFile => ({...of, decision: removes.includes(of.path) ? 'remove' : 'keep', reason: 'unused'}))};
  }));
  return keepAlikeInLayers(planned).map((files) => files.filter(({decision}) => decision === 'remove').map(({path}) => path));
}

test('what one image keeps of a layer stays in it for all, and the layer is one', async (t) => {
  const [base = Buffer.alloc(0), one = Buffer.alloc(0), two = Buffer.alloc(0)] = await makeTars([
    [directory('d'), file('d/x', 'x'), file('d/y', 'y'), file('d/z', 'z'), link('d/zz', 'd/z'), symlink('l', 'd')], [file('one')], [file('two'), file('d/y', 'newer')],
  ]);
  const images = [
    {layers: [base, one], removes: ['/d/x', '/d/z', '/d/zz', '/l']},
    {layers: [base, two], removes: ['/d/y', '/d/z', '/d/zz', '/two']},
    {layers: [base], removes: ['/d', '/d/x', '/d/y', '/d/z', '/d/zz']},
  ];
  const removed = await removedAlike(images);
  t.deepEqual(removed, [['/d/z', '/d/zz'], ['/d/y', '/d/z', '/d/zz', '/two'], ['/d/z', '/d/zz']]);
  const split = await splitTogether(images.map((image, at) => ({...image, removes: removed[at] ?? []})));
  t.deepEqual(split.map(({kept: [layer]}) => layer), Array<Buffer | undefined>(3).fill(split[0]?.kept[0]));
  t.is(split[2]?.kept[0]?.includes('d/z'), false);
  t.deepEqual([...(await viewOf(split[1]?.kept ?? [])).keys()], ['/d', '/d/x', '/l'], 'the lower version of what the second one replaced and removed does not come to light');
});

test('an image that shares its top layer and wants less of it has one of its own', async (t) => {
  const [base = Buffer.alloc(0), one = Buffer.alloc(0)] = await makeTars([[file('a'), file('b'), file('c')], [file('one')]]);
  const split = await splitTogether([{layers: [base], removes: ['/a', '/c']}, {layers: [base, one], removes: ['/b', '/c']}]);
  t.deepEqual(await Promise.all(split.map(async ({kept}) => [...(await viewOf(kept)).keys()])), [['/b'], ['/a', '/one']]);
  t.deepEqual(await Promise.all(split.map((image) => join(image))), [[base], [base, one]]);
});

/** A whiteout in the top layer brings the directories it is in along. */
const anyLayer = (view: Awaited<ReturnType<typeof viewOf>>): Map<string, object> =>
  new Map([...view].map(([path, seen]) => [path, seen.type === 'directory' ? {...seen, layer: null} : seen]));

const isBelowTop = (layers: readonly Buffer[], layer: Buffer): boolean => layers.some((own) => own.equals(layer)) && layers.at(-1)?.equals(layer) === false;

/** A simple layer in place of each that no engine would load. */
async function loadable(layers: readonly (readonly Entry[])[]): Promise<Buffer[]> {
  const [simple = Buffer.alloc(0), ...tars] = await makeTars([[file('a', 'simple'), directory('d')], ...layers]);
  return Promise.all(tars.map((tar) => list(tar).then(() => tar, () => simple)));
}

test('any images that share layers are what their plans say, and share all but top layers', async (t) => {
  const seen = {split: 0, shared: 0, refused: 0};
  const orders = fc.array(fc.uniqueArray(fc.nat(3), {minLength: 1, maxLength: 3}), {minLength: 2, maxLength: 3});
  await fc.assert(fc.asyncProperty(fc.array(layerEntries, {minLength: 4, maxLength: 4}), orders, fc.boolean(), fc.infiniteStream(fc.boolean()), async (layers, images, isAlike, coin) => {
    const tars = await loadable(layers);
    try {
      const planned: Planned[] = [];
      for (const order of images) {
        const own = order.map((at) => tars[at] ?? Buffer.alloc(0));
        planned.push({layers: own, removes: chooseRemoved([...(await viewOf(own)).keys()], coin)});
      }
      const removed = isAlike ? await removedAlike(planned) : planned.map(({removes}) => removes);
      const split = await splitTogether(planned.map((image, at) => ({...image, removes: removed[at] ?? []})));
      for (const [at, {layers: own}] of planned.entries()) {
        const image = split[at];
        t.deepEqual(anyLayer(await viewOf(image?.kept ?? [])), anyLayer(without(await viewOf(own), removed[at] ?? [])));
        t.deepEqual(image && await join(image), own);
        for (const layer of own.filter((lower) => isBelowTop(own, lower))) {
          const sharing = planned.flatMap(({layers: others}, other) => (isBelowTop(others, layer) ? [split[other]?.kept[others.findIndex((same) => same.equals(layer))]] : []));
          seen.shared += sharing.length - 1;
          t.true(sharing.every((one) => one?.equals(sharing[0] ?? one)));
        }
      }
      seen.split += 1;
    } catch (error) {
      if (!(error instanceof WinnowError)) {
        throw error;
      }
      seen.refused += 1;
    }
  }), {numRuns: 400, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true});
  t.true(seen.split > 100 && seen.shared > 50, JSON.stringify(seen));
});
