import {Buffer} from 'node:buffer';
import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa, execaSync} from 'execa';
import {readImageArchive} from '../../../src/image/image-archive.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {textMember} from '../../../src/model/text-member.js';
import {directory, file, gzip, makeArchive, streamOf} from '../../image/archives.js';
import {describeIndex} from '../../image/engine-truth.js';
import {followsSchema} from '../../follows-schema.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

const offline = {env: {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'}};
const layers = [[directory('d'), file('d/gone', 'x'.repeat(100_000)), file('d/a')], [file('same', 'y'.repeat(50_000))]];
const zstd = (layer: Buffer): Buffer => Buffer.from(execaSync('zstd', ['--stdout'], {input: layer, encoding: 'buffer'}).stdout);

interface Manifest {
  readonly config: {readonly digest: string};
  readonly layers: readonly {readonly digest: string; readonly mediaType: string; readonly size: number}[];
}

/** The manifest that a name of a layout leads to. */
async function manifestOf(layout: string, name: string): Promise<Manifest> {
  const {manifests} = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as {manifests: {digest: string; annotations?: Record<string, string>}[]};
  const found = manifests.find(({annotations}) => annotations?.['org.opencontainers.image.ref.name'] === name);
  return JSON.parse(await readFile(path.join(layout, 'blobs', (found?.digest ?? '').replace(':', '/')), 'utf8')) as Manifest;
}

const throughLayouts = test.macro(async (t: ExecutionContext, compress: ((layer: Buffer) => Buffer) | undefined, mediaType: RegExp) => {
  const root = await temporaryStore(t);
  const archive = await makeArchive(layers, {format: 'oci', tag: 'shop:1', ...(compress === undefined ? {} : {compress})});
  const layout = path.join(root, 'layout');
  await execa('mkdir', [layout]);
  await execa('tar', ['--extract', '--directory', layout], {input: archive});
  const index = await readImageArchive(streamOf(archive), {name: 'shop:1'});
  await writeFile(path.join(root, 'plan.json'), JSON.stringify({schema: 'winnow.debloat/1', image: index.image, files: index.files.map((item) => ({...textMember('path', item.path), decision: item.path === '/d/gone' ? 'remove' : 'keep'}))}));
  const before = await readdir(path.join(layout, 'blobs/sha256'));
  const debloat = (out: string) => winnow(['debloat', `oci:${layout}`, '--plan', path.join(root, 'plan.json'), '--no-verify', '--tag', `oci:${root}/${out}:slim`, '--remainder', `oci:${root}/${out}:rest`], offline);
  for (const out of ['out', 'out2']) {
    const {code, err} = await debloat(out);
    t.deepEqual([code, err], [ExitCode.done, '']);
  }
  t.deepEqual(await readdir(path.join(root, 'out/blobs/sha256')), await readdir(path.join(root, 'out2/blobs/sha256')));
  t.deepEqual(await readFile(path.join(root, 'out/index.json')), await readFile(path.join(root, 'out2/index.json')));

  const slim = await manifestOf(path.join(root, 'out'), 'slim');
  t.true(slim.layers.every((layer) => mediaType.test(layer.mediaType)));
  t.true(before.includes(slim.layers[1]?.digest.slice(7) ?? ''), 'the layer without removals keeps its digest');
  t.false(before.includes(slim.layers[0]?.digest.slice(7) ?? ''));

  const readBack = path.join(root, 'slim.tar');
  await execa('skopeo', ['copy', '--quiet', `oci:${root}/out:slim`, `oci-archive:${readBack}:shop:slim`]);
  t.deepEqual(describeIndex(await readImageArchive(streamOf(await readFile(readBack)), {name: 'shop:slim'})), describeIndex(index).filter((line) => !line.startsWith('/d/gone |')));

  const both = ['--remainder', `oci:${root}/out:rest`];
  t.is((await winnow(['debloat', `oci:${root}/out:slim`, '--check', ...both], offline)).code, ExitCode.done);
  const restored = await winnow(['restore', `oci:${root}/out:slim`, ...both, '--tag', `oci:${root}/out:back`, '--json'], offline);
  const back = await manifestOf(path.join(root, 'out'), 'back');
  t.like(await followsSchema(t, 'winnow.restore.1', restored.out), {id: index.image.id, stored: {layers: back.layers.map(({digest}) => digest)}});
  t.is(back.config.digest, index.image.id);
  t.is((await manifestOf(path.join(root, 'out'), 'slim')).config.digest, slim.config.digest);
  const other = await winnow(['debloat', `oci:${root}/out:typo`, '--check', ...both], offline);
  t.deepEqual([other.code, other.err], [ExitCode.failed, 'winnow: no image "typo" in it; name one of rest, slim, back\n']);
});

test('layouts with gzip layers', throughLayouts, gzip, /tar\+gzip$/);
test('layouts with zstd layers', throughLayouts, zstd, /tar\+zstd$/);
test('layouts with uncompressed layers', throughLayouts, undefined, /tar$/);

test('OCI archives are the same bytes twice, what other programs read, and make the original again', async (t) => {
  const root = await temporaryStore(t);
  const bytes = await makeArchive([...layers, ...layers], {format: 'oci', tag: 'shop:1', compress: gzip}); // layers that repeat
  await writeFile(path.join(root, 'shop.tar'), bytes);
  const {image, files} = await readImageArchive(streamOf(bytes), {name: 'shop:1'});
  await writeFile(path.join(root, 'plan.json'), JSON.stringify({schema: 'winnow.debloat/1', image, files: files.map((item) => ({path: item.path, decision: item.path === '/d/gone' ? 'remove' : 'keep'}))}));
  for (const time of ['1', '2']) {
    const {code, err} = await winnow(['debloat', `oci-archive:${root}/shop.tar`, '--plan', path.join(root, 'plan.json'), '--no-verify', '--tag', `oci-archive:${root}/slim${time}.tar:slim`, '--remainder', `oci-archive:${root}/rest${time}.tar`], offline);
    t.deepEqual([code, err], [ExitCode.done, '']);
  }
  for (const name of ['slim', 'rest']) {
    t.deepEqual(await readFile(path.join(root, `${name}1.tar`)), await readFile(path.join(root, `${name}2.tar`)));
  }
  const names = (await execa('tar', ['--list', `--file=${root}/slim1.tar`])).stdout.split('\n');
  t.deepEqual([names.length, new Set(names).size], [6, 6]); // two layers, config, manifest, index.json, oci-layout
  await execa('skopeo', ['copy', '--quiet', '--preserve-digests', `oci-archive:${root}/slim1.tar:slim`, `oci:${root}/unpacked:slim`]);
  const restored = await winnow(['restore', `oci-archive:${root}/slim1.tar`, '--remainder', `oci-archive:${root}/rest1.tar`, '--tag', `oci-archive:${root}/back.tar`], offline);
  t.deepEqual([restored.code, restored.err], [ExitCode.done, '']);
  t.is((await readImageArchive(streamOf(await readFile(path.join(root, 'back.tar'))), {name: 'back'})).image.id, image.id);
});

test('a layout that lacks a blob, or has another in its place, is refused', async (t) => {
  const root = await temporaryStore(t);
  const archive = await makeArchive(layers, {format: 'oci', tag: 'shop:1', compress: gzip});
  const index = await readImageArchive(streamOf(archive), {name: 'shop:1'});
  const plan = path.join(root, 'plan.json');
  await writeFile(plan, JSON.stringify({schema: 'winnow.debloat/1', image: index.image, files: index.files.map((item) => ({path: item.path, decision: 'keep'}))}));
  const refused = async (spoil: (blob: string) => Promise<void>, message: RegExp): Promise<void> => {
    await rm(path.join(root, 'layout'), {recursive: true, force: true});
    await execa('mkdir', [path.join(root, 'layout')]);
    await execa('tar', ['--extract', '--directory', path.join(root, 'layout')], {input: archive});
    const {layers: [first]} = await manifestOfFirst(path.join(root, 'layout'));
    await spoil(path.join(root, 'layout/blobs/sha256', first?.digest.slice(7) ?? ''));
    const {code, out, err} = await winnow(['debloat', `oci:${root}/layout`, '--plan', plan, '--no-verify', '--tag', `oci:${root}/out`], offline);
    t.deepEqual([code, out, linesOf(err).length], [ExitCode.failed, '', 1], err);
    t.regex(err, message);
    await t.throwsAsync(readdir(path.join(root, 'out')), {code: 'ENOENT'});
  };
  await refused((blob) => rm(blob), /cannot read .*ENOENT/);
  await refused(async (blob) => void (await execa('ln', ['--symbolic', '--force', '/dev/zero', blob])), /is no regular file/);
  await refused(async (blob) => void (await execa('sh', ['-c', 'rm "$0" && mkfifo "$0"', blob])), /is no regular file/);
  await refused((blob) => writeFile(blob, gzip(Buffer.alloc(1024))), /not have the content that its name promises|not the one that the image's config names/);
  await refused(async (blob) => writeFile(blob, (await readFile(blob)).subarray(0, 100)), /corrupt or cut off/);
  await refused(() => writeFile(path.join(root, 'layout/index.json'), '{"manifests": [{"digest": "sha256:../../../etc/passwd"}]}'), /must match pattern/);
  await refused(() => rm(path.join(root, 'layout/index.json')), /no OCI layout/);
});

async function manifestOfFirst(layout: string): Promise<Manifest> {
  const {manifests} = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as {manifests: {digest: string}[]};
  return JSON.parse(await readFile(path.join(layout, 'blobs', (manifests[0]?.digest ?? '').replace(':', '/')), 'utf8')) as Manifest;
}
