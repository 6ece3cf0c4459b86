import test from 'ava';
import fc from 'fast-check';
import {prefetchFiles} from '../../src/export/prefetch-files.js';
import {nydusList, overlaybdList, sociList, stargzRecord} from '../../src/export/prefetch-lists.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import {firstTouches} from '../../src/store/first-touches.js';
import {writeRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {sampleRow, temporaryDirectory} from '../store/fixtures.js';
import {makeIndex, makeMetadata, makeTouches} from '../train/make.js';
import {byteLinesOf, bytePaths, bytesOf, hexOf, pathOfLatin1, textOf} from './byte-names.js';

const filesOf = (paths: readonly ContainerPath[]) => makeIndex(Object.fromEntries(paths.map((path) => [path, {layer: 2}]))).files.filter(({type}) => type === 'file');

test('files come in the order in which runs first used them, those that are likely and have content', async (t) => {
  const store = await temporaryDirectory(t);
  const uses: readonly (readonly string[])[] = [['/bin/sh', '/lib/a', '/lib/b'], ['/bin/sh', '/lib/b'], ['/bin/sh', '/lib/a', '/lib/b', '/rare']];
  for (const [number, paths] of uses.entries()) {
    const rows = [
      ...paths.map((path, at) => sampleRow({path, op: path.startsWith('/lib') ? 'map' : 'exec', firstNs: BigInt(1000 * (at + 1)), lastNs: 10_000n})),
      sampleRow({path: '/only/looked/at', op: 'stat', firstNs: 1n, lastNs: 1n}),
      sampleRow({path: '/tmp/made', op: 'read', origin: 'runtime', firstNs: 1n, lastNs: 1n}),
      sampleRow({path: '/empty', op: 'read', firstNs: 2n, lastNs: 2n}),
    ];
    await writeRun(store, {metadata: makeMetadata({}, number + 1), rows});
  }
  const opened = await firstTouches(store, await listRuns(store));
  const index = makeIndex({'/bin/sh': {}, '/empty': {bytes: 0}, '/lib/a': {}, '/lib/b': {}, '/only/looked/at': {}, '/rare': {}});
  const profile = trainProfile(makeTouches(uses.map((touches) => ({touches}))), index);
  const names = (minProbability: number) => prefetchFiles(opened, index, profile, minProbability).map(({path}) => path);
  t.deepEqual(names(0), ['/bin/sh', '/lib/a', '/lib/b', '/rare']);
  t.deepEqual(names(0.5), ['/bin/sh', '/lib/a', '/lib/b']);
  t.deepEqual(prefetchFiles([], index, profile, 0), []);
});

test('a stargz record is JSON lines of names without the leading slash, with the layer that has them', (t) => {
  t.deepEqual(textOf(stargzRecord(filesOf(['/usr/bin/perl', '/x y']))), '{"path":"usr/bin/perl","layerIndex":2}\n{"path":"x y","layerIndex":2}\n');
});

test('SOCI gets an array of strings', (t) => {
  t.deepEqual(JSON.parse(textOf(sociList(filesOf(['/a', '/b'])))), ['/a', '/b']);
});

/** Reads what a consumer would, by its own rules. */
const readers = {
  stargz: {make: stargzRecord, read: (bytes: Buffer) => bytes.toString().split('\n').slice(0, -1).map((line) => `/${(JSON.parse(line) as {path: string}).path}`)},
  nydus: {make: nydusList, read: (bytes: Buffer) => bytes.toString().split('\n').slice(0, -1).map((line) => line.trim())},
  overlaybd: {make: overlaybdList, read: (bytes: Buffer) => bytes.toString('latin1').split('\n').slice(0, -1).map(pathOfLatin1)},
  soci: {make: sociList, read: (bytes: Buffer) => (JSON.parse(bytes.toString()) as string[]).map((path) => path.trim())},
};

for (const [name, {make, read}] of Object.entries(readers)) {
  test(`${name}: each name comes back byte for byte or is told as left out`, (t) => {
    fc.assert(
      fc.property(bytePaths, (paths) => {
        const exported = make(filesOf(paths));
        const readBack = read(bytesOf(exported));
        t.deepEqual(hexOf([...readBack, ...exported.leftOut]), hexOf(paths));
        t.true(exported.leftOut.every((path) => !path.isWellFormed() || /[\n\s\x85]/.test(path)), 'left out without need');
      }),
      {numRuns: 150},
    );
  });
}

test('overlaybd takes any bytes but a line break', (t) => {
  const exported = overlaybdList(filesOf(['/caf\udce9', '/two\nlines']));
  t.deepEqual(byteLinesOf(exported), ['/caf\xe9']);
  t.deepEqual(exported.leftOut, ['/two\nlines']);
});
