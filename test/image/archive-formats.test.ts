import {Buffer} from 'node:buffer';
import {randomBytes} from 'node:crypto';
import {createReadStream} from 'node:fs';
import process from 'node:process';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {execaSync} from 'execa';
import fc from 'fast-check';
import type {ArchiveLimits} from '../../src/image/archive-budget.js';
import {compress} from '../../src/image/compress.js';
import {decompress} from '../../src/image/decompress.js';
import {type ReadArchiveOptions, readImageArchive} from '../../src/image/image-archive.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {type ArchiveOptions, directory, type Entry, file, gzip, link, makeArchive, makeTar, sha256, streamOf, symlink, whiteout} from './archives.js';

const layers = [[directory('d'), file('d/a'), link('d/b', 'd/a'), file('d/c')], [whiteout('d/c'), symlink('e', 'd')]];
const read = (archive: Buffer, options: Partial<ReadArchiveOptions> = {}) =>
  readImageArchive(streamOf(archive), {name: 'winnow-test:1', ...options});
const zstd = (layer: Buffer): Buffer => Buffer.from(execaSync('zstd', ['--stdout'], {input: layer, encoding: 'buffer'}).stdout);

const readAlike = test.macro(async (t: ExecutionContext, options: ArchiveOptions) => {
  t.deepEqual(await read(await makeArchive(layers, options)), await read(await makeArchive(layers)));
});

test('an OCI layout holds the same image', readAlike, {format: 'oci'});
test('gzip layers hold the same image', readAlike, {format: 'oci', compress: gzip});
test("gzip layers in Docker's own format hold the same image", readAlike, {compress: gzip});

test('zstd layers hold the same image', readAlike, {format: 'oci', compress: zstd});

test('compressed layers are the same bytes at any time, and what other programs read', async (t) => {
  const layer = await makeTar([file('text', 'some words '.repeat(30_000)), file('random', randomBytes(100_000)), file('zeros', Buffer.alloc(400_000))]);
  for (const [compression, program] of [['gzip', 'gzip'], ['zstd', 'zstd']] as const) {
    const [first, second, chunked] = await Promise.all([compress(streamOf(layer), compression), compress(streamOf(layer), compression), compress(streamOf(layer), compression)].map((stream) => buffer(stream)));
    t.deepEqual(first, second);
    t.deepEqual(first, chunked);
    t.true((first?.length ?? layer.length) < 120_000);
    t.deepEqual(Buffer.from(execaSync(program, ['--decompress', '--stdout'], {input: first ?? '', encoding: 'buffer'}).stdout), layer);
    t.deepEqual(await buffer(decompress(streamOf(first ?? layer, 777), compression)), layer);
  }
});

test('zstd of several frames, and with ones to skip, is read whole', async (t) => {
  const [one, two] = [zstd(Buffer.from('one')), zstd(Buffer.alloc(500_000, 'two'))];
  const skipped = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('xyz')]);
  t.deepEqual(await buffer(decompress(streamOf(Buffer.concat([one, skipped, two])), 'zstd')), Buffer.concat([Buffer.from('one'), Buffer.alloc(500_000, 'two')]));
});

test('zstd that wants much memory for little data is refused, in whichever frame and chunk it says so', async (t) => {
  const greedy = Buffer.from(execaSync('zstd', ['--stdout', '--long=28'], {input: 'some', encoding: 'buffer'}).stdout);
  const fine = [Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]), Buffer.alloc(300_000, 'a'), randomBytes(5000), Buffer.alloc(0), Buffer.from('b')]
    .flatMap((content, at) => (at === 0 ? [content] : [['--check'], ['--no-check', '--long=27'], ['--no-check', `--stream-size=${content.length}`]].map((options) => Buffer.from(execaSync('zstd', ['--stdout', ...options], {input: content, encoding: 'buffer'}).stdout))));
  for (const chunkBytes of [1, 777, 2 ** 20]) {
    t.is((await buffer(decompress(streamOf(Buffer.concat(fine), chunkBytes), 'zstd'))).length, 3 * 305_001);
    const error = await t.throwsAsync(buffer(decompress(streamOf(Buffer.concat([...fine, greedy]), chunkBytes), 'zstd')), {instanceOf: WinnowError});
    t.regex(error?.message ?? '', /needs a window of 268\.4 MB, more than 134\.2 MB/);
  }
});

test('a layer that repeats is saved as a symlink to its first copy', async (t) => {
  const layer = await makeTar([file('a')]);
  const diffId = `sha256:${sha256(layer)}`;
  const config = JSON.stringify({os: 'linux', architecture: 'amd64', rootfs: {type: 'layers', diff_ids: [diffId, diffId]}});
  const archive = await makeTar([
    symlink('second/layer.tar', '../first/layer.tar'),
    file('first/layer.tar', layer),
    file(`${sha256(config)}.json`, config),
    file('manifest.json', JSON.stringify([{Config: `${sha256(config)}.json`, RepoTags: null, Layers: ['first/layer.tar', 'second/layer.tar']}])),
  ]);
  const {image, files} = await read(archive);
  t.deepEqual(image, {name: 'winnow-test:1', id: `sha256:${sha256(config)}`, layers: [diffId, diffId]});
  t.deepEqual(files.map(({path, layer}) => [path, layer]), [['/a', 1]]);
});

test('a whiteout hides lower layers only, wherever it stands in its own', async (t) => {
  const {files} = await read(await makeArchive([
    [file('d/below'), file('e/below'), file('f', 'below')],
    [whiteout('d'), directory('d'), file('d/own'), file('e/own'), whiteout('e'), file('f', 'own'), whiteout('f')],
  ]));
  t.deepEqual(files.map(({path}) => path), ['/d', '/d/own', '/e', '/e/own', '/f']);
});

test('an image without layers has no files', async (t) => {
  t.deepEqual((await read(await makeArchive([]))).files, []);
});

test('of several platforms the asked one is read, else the one of this host', async (t) => {
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'];
  const archive = await makeArchive(layers, {format: 'oci', platforms});
  const markers = async (platform?: string) =>
    (await read(archive, platform === undefined ? {} : {platform})).files.map(({path}) => path).filter((path) => path.startsWith('/linux'));
  t.deepEqual(await markers('linux/arm64'), ['/linux-arm64']);
  t.deepEqual(await markers('linux/arm'), ['/linux-arm-v7']);
  t.deepEqual(await markers(), [process.arch === 'x64' ? '/linux-amd64' : `/linux-${process.arch}`]);
  await t.throwsAsync(markers('linux/s390x'), {instanceOf: WinnowError, message: '"winnow-test:1" is not there for linux/s390x'});
});

test('of several images the named one is read, and none without a name', async (t) => {
  const entries = await Promise.all(['one', 'two'].map((name) => imageEntries(name)));
  const archive = await makeTar([...entries.flatMap(({blobs}) => blobs), file('manifest.json', JSON.stringify(entries.map(({item}) => item)))]);
  t.deepEqual((await read(archive, {name: 'two'})).files.map(({path}) => path), ['/two']);
  t.deepEqual((await read(archive, {name: entries[0]?.id ?? ''})).files.map(({path}) => path), ['/one']);
  const error = await t.throwsAsync(read(archive, {name: 'three'}), {instanceOf: WinnowError});
  t.like(error, {message: 'the archive holds several images, and none is called "three"', hint: 'name one of one:latest, two:latest'});
});

test('a config or layer that is not what its name says is refused', async (t) => {
  const archive = await makeArchive(layers);
  const altered = (from: string, to: string) => Buffer.from(archive.toString('latin1').replace(from, to), 'latin1');
  await t.throwsAsync(read(altered('"os":"linux"', '"os":"Linux"')), {instanceOf: WinnowError, message: /does not have the content that its name promises/});
  await t.throwsAsync(read(altered('d/a'.padEnd(512, '\0'), 'd/z'.padEnd(512, '\0'))), {instanceOf: WinnowError, message: /is not the one that the image's config names/});
});

test('an archive cut off anywhere is refused with one line', async (t) => {
  const archive = await makeArchive(layers, {compress: gzip});
  for (let bytes = 0; bytes < archive.lastIndexOf('}]') + 2; bytes += 173) {
    const error = await t.throwsAsync(read(archive.subarray(0, bytes)), {instanceOf: WinnowError}, `cut at ${bytes}`);
    t.false(error?.message.includes('\n'));
  }
});

test('a flipped bit anywhere is refused or changes nothing', async (t) => {
  const archives = [await makeArchive(layers), await makeArchive(layers, {format: 'oci', compress: gzip})];
  const whole = await read(archives[0] ?? Buffer.alloc(0));
  await fc.assert(fc.asyncProperty(fc.constantFrom(...archives), fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), fc.nat(7), async (archive, where, bit) => {
    const flipped = Buffer.from(archive);
    const at = Math.floor(where * flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
    try {
      t.deepEqual(await read(flipped), whole);
    } catch (error) {
      t.true(error instanceof WinnowError, String(error));
    }
  }), {numRuns: 500});
});

test('what is no image archive is refused', async (t) => {
  await t.throwsAsync(read(Buffer.alloc(0)), {instanceOf: WinnowError, message: /neither manifest\.json nor index\.json/});
  await t.throwsAsync(read(Buffer.from('#!/bin/sh\n'.repeat(100))), {instanceOf: WinnowError, message: /wrong checksum/});
  await t.throwsAsync(read(await makeTar([file('manifest.json', '[{"Config": 7}]')])), {instanceOf: WinnowError, message: /\/0\/Config must be string/});
  await t.throwsAsync(read(await makeTar([file('manifest.json', '[{')])), {instanceOf: WinnowError, message: /manifest\.json is not JSON/});
  await t.throwsAsync(readImageArchive(createReadStream('/nonexistent.tar'), {name: 'x'}), {instanceOf: WinnowError, message: /reading it failed: ENOENT/});
});

test('each limit stops the reading and frees the stream', async (t) => {
  const archive = await makeArchive([[file('var/lib/dpkg/status', 'x'.repeat(5000))], ...layers]);
  const limited = async (limits: Partial<ArchiveLimits>, message: RegExp) => {
    const stream = Readable.from([archive]);
    await t.throwsAsync(readImageArchive(stream, {name: 'x', limits}), {instanceOf: WinnowError, message});
    t.true(stream.destroyed);
  };
  await limited({entries: 11}, /more than 11 entries/);
  await t.notThrowsAsync(read(archive, {limits: {entries: 12}}));
  await limited({bytes: 9000}, /unpack to more than 9\.0 kB/);
  await limited({keptBytes: 4000}, /more than 4\.0 kB of manifests and package databases/);
});

test('long names count as several entries', async (t) => {
  const archive = await makeArchive([[file(`${'n'.repeat(200)}/`.repeat(50))]]);
  await t.throwsAsync(read(archive, {limits: {entries: 10}}), {instanceOf: WinnowError, message: /more than 10 entries/});
});

test('a decompression bomb stops at the limit', async (t) => {
  const bomb = await makeArchive([[file('zeros', Buffer.alloc(64 * 2 ** 20))]], {compress: gzip});
  t.true(bomb.length < 200_000);
  await t.throwsAsync(read(bomb, {limits: {bytes: 2 ** 20}}), {instanceOf: WinnowError, message: /unpack to more than 1\.0 MB/});
});

async function imageEntries(name: string): Promise<{id: string; blobs: Entry[]; item: object}> {
  const layer = await makeTar([file(name)]);
  const config = JSON.stringify({os: 'linux', architecture: 'amd64', rootfs: {diff_ids: [`sha256:${sha256(layer)}`]}});
  return {
    id: `sha256:${sha256(config)}`,
    blobs: [file(`${name}.tar`, layer), file(`${sha256(config)}.json`, config)],
    item: {Config: `${sha256(config)}.json`, RepoTags: [`${name}:latest`], Layers: [`${name}.tar`]},
  };
}
