import {Buffer} from 'node:buffer';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {debloatImages} from '../../src/debloat/debloat-image.js';
import {publishDebloated} from '../../src/debloat/publish-debloated.js';
import {restoreImage} from '../../src/debloat/restore-image.js';
import type {ArchiveLimits} from '../../src/image/archive-budget.js';
import {readImageArchive} from '../../src/image/image-archive.js';
import {mergeLayers} from '../../src/image/layer-merge.js';
import {readTar} from '../../src/image/tar-reader.js';
import {openArchiveFile} from '../../src/image/transport/open-archive.js';
import type {OpenedImage} from '../../src/image/transport/opened-image.js';
import {archiveTarget} from '../../src/image/transport/write-archive.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import type {Decision} from '../../src/model/debloat-config.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {temporaryStore} from '../cli/run-winnow.js';
import {directory, type Entry, file, gzip, link, makeArchive, makeTar, sha256, streamOf, symlink} from '../image/archives.js';

/** Each second file goes. */
function decide({layers}: OpenedImage): Map<ContainerPath, Decision> {
  let files = 0;
  return new Map(mergeLayers(layers.map(({root}) => root)).files.map(({path: at, type}) => [at, type === 'file' && files++ % 2 === 0 ? 'remove' : 'keep']));
}

/** Opens, cuts and writes below `root`. */
async function debloat(root: string, archive: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<void> {
  await mkdir(root, {recursive: true});
  await writeFile(path.join(root, 'in.tar'), archive);
  const opened = await openArchiveFile(path.join(root, 'in.tar'), {name: 'x', limits});
  try {
    const [cut] = await debloatImages([{original: opened, decisions: decide(opened)}] as const);
    await publishDebloated(cut, {debloated: archiveTarget(path.join(root, 'out.tar'), 'x:1'), remainder: archiveTarget(path.join(root, 'rest.tar'), 'x:2')});
  } finally {
    await opened.close();
  }
}

const refused = test.macro(async (t: ExecutionContext, archive: () => Promise<Buffer>, message: RegExp, limits?: Partial<ArchiveLimits>) => {
  const root = await temporaryStore(t);
  const error = await t.throwsAsync(debloat(path.join(root, 'in'), await archive(), limits), {instanceOf: WinnowError, message});
  t.false(error?.message.includes('\n'));
  t.deepEqual([await readdir(root), await readdir(path.join(root, 'in'))], [['in'], ['in.tar']]);
});

/** An archive of one layer, which is what its config says. */
const archiveOf = (...entries: readonly Entry[]) => () => makeArchive([entries]);

test('a name that leads out is refused', refused, archiveOf(file('../../escaped', 'x')), /"\.\.\/\.\.\/escaped" leads out/);
test('a hard link that leads out is refused', refused, archiveOf(file('a'), link('b', '../../../etc/passwd')), /leads out/);
test('a hard link to a file of the host is refused', refused, archiveOf(link('b', '/etc/passwd')), /no file of its layer|no directory of its layer/);
test('an entry below a link to the host is refused', refused, archiveOf(symlink('d', '/etc'), file('d/escaped', 'x')), /no directory of its layer/);
test('an entry below a dangling link is refused', refused, archiveOf(symlink('d', 'nowhere'), file('d/x', 'x')), /no directory of its layer/);
test('an entry that is there twice is refused', refused, archiveOf(file('a', 'one'), file('./a', 'two')), /there twice in one layer/);
test('a pax size beyond the archive is refused', refused, archiveOf({...file('a'), pax: {size: `${8 * 2 ** 40}`}}, file('b')), /cut off|ends early/);
test('a pax size that makes an entry of content is refused', refused, archiveOf({...file('a', 'x'.repeat(2000)), pax: {size: '1'}}, file('b')), /a tar header with a wrong checksum/);
test('a pax size that swallows an entry is refused with what links to it', refused, archiveOf({...file('a', ''), pax: {size: '1024'}}, file('b'), link('c', 'b')), /no file of its layer/);
test('a bomb stops at the limit', refused, () => makeArchive([[file('zeros', Buffer.alloc(8 * 2 ** 20))]], {compress: gzip}), /unpack to more than 1\.0 MB/, {bytes: 2 ** 20});
test('entries without end stop at the limit', refused, archiveOf(...Array.from({length: 200}, (_, at) => file(`f${at}`))), /more than 100 entries/, {entries: 100});
test('a layer that is a link to a file of the host is missing', refused, async () => {
  const config = JSON.stringify({os: 'linux', architecture: 'amd64', rootfs: {type: 'layers', diff_ids: [`sha256:${sha256('')}`]}});
  return makeTar([symlink('layer.tar', '/etc/passwd'), file(`${sha256(config)}.json`, config), file('manifest.json', JSON.stringify([{Config: `${sha256(config)}.json`, RepoTags: null, Layers: ['layer.tar']}]))]);
}, /layer layer\.tar is missing/);
test('a manifest that is there twice is refused', refused, async () => makeTar([file('manifest.json', '[]'), file('manifest.json', '[]')]), /"manifest\.json" is there twice/);
test('an unknown media type is refused', refused, async () => {
  const archive = await makeArchive([[file('a')]], {format: 'oci'});
  const {manifests: [{digest = ''} = {}]} = JSON.parse(await entryOf(archive, 'index.json')) as {manifests: {digest?: string}[]};
  const manifest = (await entryOf(archive, `blobs/${digest.replace(':', '/')}`)).replace('"layers":[{', '"layers":[{"mediaType":"application/x-unknown",');
  return makeTar([...await entriesOf(archive), file(`blobs/sha256/${sha256(manifest)}`, manifest), file('index.json', JSON.stringify({manifests: [{digest: `sha256:${sha256(manifest)}`}]}))]);
}, /unknown media type "application\/x-unknown"/);

async function entriesOf(archive: Buffer): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const {header, content} of readTar(streamOf(archive))) {
    if (header.name !== 'index.json') {
      entries.push(file(header.name, await buffer(content)));
    }
  }
  return entries;
}

async function entryOf(archive: Buffer, name: string): Promise<string> {
  for await (const {header, content} of readTar(streamOf(archive))) {
    if (header.name === name) {
      return (await buffer(content)).toString();
    }
  }
  return '';
}

const layers = [[directory('d'), file('d/a', 'x'.repeat(700)), link('d/b', 'd/a'), file('d/c')], [file('d/a', 'newer'), symlink('e', 'd')]];

test('an archive with any bytes changed or cut off is refused, or makes images that are whole', async (t) => {
  const root = await temporaryStore(t);
  const archives = [await makeArchive(layers), await makeArchive(layers, {format: 'oci', compress: gzip})];
  const outcomes = {refused: 0, made: 0};
  const change = fc.record({at: fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), byte: fc.nat(255), cut: fc.boolean()});
  await fc.assert(fc.asyncProperty(fc.constantFrom(...archives), fc.array(change, {minLength: 1, maxLength: 3}), async (archive, changes) => {
    const inside = path.join(root, `${outcomes.refused + outcomes.made}`);
    let bytes = Buffer.from(archive);
    for (const {at, byte, cut} of changes) {
      const place = Math.floor(at * bytes.length);
      bytes = cut && changes.length === 1 ? bytes.subarray(0, place) : bytes;
      bytes[place] = byte;
    }
    try {
      await debloat(inside, bytes);
      for (const name of ['out.tar', 'rest.tar']) {
        await readImageArchive(streamOf(await readFile(path.join(inside, name))), {name});
      }
      outcomes.made += 1;
    } catch (error) {
      t.true(error instanceof WinnowError, error instanceof Error ? error.stack : String(error));
      t.deepEqual(await readdir(inside), ['in.tar']);
      outcomes.refused += 1;
    }
  }), {numRuns: 500, interruptAfterTimeLimit: 90_000});
  t.true(outcomes.refused > 20 && outcomes.made > 0, JSON.stringify(outcomes));
});

test('a remainder or debloated image with any bytes changed makes the original, or is refused', async (t) => {
  const root = await temporaryStore(t);
  await debloat(root, await makeArchive(layers));
  const [out, rest] = [await readFile(path.join(root, 'out.tar')), await readFile(path.join(root, 'rest.tar'))];
  const original = (await readImageArchive(streamOf(await makeArchive(layers)), {name: 'x'})).image;
  let restored = 0;
  await fc.assert(fc.asyncProperty(fc.boolean(), fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), fc.nat(255), async (ofOut, at, byte) => {
    const [changedOut, changedRest] = [Buffer.from(out), Buffer.from(rest)];
    const changed = ofOut ? changedOut : changedRest;
    changed[Math.floor(at * changed.length)] = byte;
    await writeFile(path.join(root, 'a.tar'), changedOut);
    await writeFile(path.join(root, 'b.tar'), changedRest);
    const opened: OpenedImage[] = [];
    try {
      for (const name of ['a.tar', 'b.tar']) {
        opened.push(await openArchiveFile(path.join(root, name), {name}));
      }
      const [debloated, remainder] = opened as [OpenedImage, OpenedImage];
      const target = archiveTarget(path.join(root, 'back.tar'), 'x:1');
      const {id, diffIds} = await target.write((await restoreImage(debloated, remainder)).image);
      await target.discard();
      t.deepEqual([id, diffIds], [original.id, [...original.layers]]);
      restored += 1;
    } catch (error) {
      t.true(error instanceof WinnowError, error instanceof Error ? error.stack : String(error));
    } finally {
      await Promise.all(opened.map((image) => image.close()));
    }
  }), {numRuns: 150, interruptAfterTimeLimit: 60_000});
  t.true(restored > 0);
});
