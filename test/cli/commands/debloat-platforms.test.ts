import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {parseLocation} from '../../../src/image/transport/image-location.js';
import {openImage} from '../../../src/image/transport/open-image.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {type Descriptor, digestOf, type Index, makePlatforms, type Manifest, readDocument} from '../../image/multi-platform.js';
import {startRegistry} from '../registry.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

const offline = {env: {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'}};

interface Prepared {
  readonly root: string;
  readonly layout: string;
  /** Digest of its index. */
  readonly index: string;
  /** Debloats one platform of an image: `/d/gone` goes. */
  readonly debloat: (platform: string, image: string, ...options: readonly string[]) => ReturnType<typeof winnow>;
}

async function prepare(t: ExecutionContext, isNested = false): Promise<Prepared> {
  const root = await temporaryStore(t);
  const layout = path.join(root, 'layout');
  const index = await makePlatforms(layout, isNested);
  return {root, layout, index, debloat: async (platform, image, ...options) => {
    const plan = path.join(root, 'plan.json');
    const {image: reference, layers, close} = await openImage(parseLocation(image), {env: offline.env, cwd: root, platform});
    await close();
    const paths = [...new Set(layers.flatMap(({entries}) => entries.map((entry) => entry.path)))];
    await writeFile(plan, JSON.stringify({schema: 'winnow.debloat/1', image: reference, files: paths.map((file) => ({path: file, decision: file === '/d/gone' ? 'remove' : 'keep'}))}));
    return winnow(['debloat', image, '--platform', platform, '--plan', plan, '--no-verify', ...options], offline);
  }};
}

/** An entry without what says which content it is. */
const frame = ({digest: _, size: __, ...others}: Descriptor): object => others;

test('debloating one platform of a layout leaves the others and attestations as they are', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const out = path.join(root, 'out');
  const {code, err} = await debloat('linux/amd64', `oci:${layout}:shop:1`, '--tag', `oci:${out}:slim`);
  t.deepEqual([code, err], [ExitCode.done, '']);
  const before = await readDocument<Index>(layout, index);
  const after = await readDocument<Index>(out, await digestOf(out, 'slim'));
  t.deepEqual(after.manifests.map(frame), before.manifests.map(frame));
  t.deepEqual({...after, manifests: []}, {...before, manifests: []});
  t.deepEqual(after.manifests.slice(1), before.manifests.slice(1));
  const [amd64 = '', arm64 = ''] = after.manifests.map(({digest}) => digest);
  t.not(amd64, before.manifests[0]?.digest);
  const [slim, same] = [await readDocument<Manifest>(out, amd64), await readDocument<Manifest>(out, arm64)];
  t.not(slim.layers[0]?.digest, (await readDocument<Manifest>(layout, before.manifests[0]?.digest ?? '')).layers[0]?.digest);
  t.is(slim.layers[1]?.digest, same.layers[1]?.digest, 'a layer of several platforms stays shared');
  await execa('skopeo', ['copy', '--quiet', '--all', '--preserve-digests', `oci:${out}:slim`, `oci:${root}/copied:slim`]); // holds every digest against its blob
});

test('nested indexes stay nested, and all that they list is there', async (t) => {
  const {root, layout, index, debloat} = await prepare(t, true);
  const shop = `docker://${await startRegistry(t, root)}/shop`;
  const out = path.join(root, 'out');
  const steps = [['linux/amd64', `oci:${layout}:shop:1`, `${shop}:slim`], ['linux/arm/v7', `${shop}:slim`, `${shop}:slim`], ['linux/arm64', `${shop}:slim`, `oci:${out}:slim`]] as const;
  for (const [platform, from, to] of steps) {
    const {code, err} = await debloat(platform, from, '--tag', to);
    t.deepEqual([code, err], [ExitCode.done, '']);
  }
  const [before, after] = [await readDocument<Index>(layout, index), await readDocument<Index>(out, await digestOf(out, 'slim'))];
  t.deepEqual(after.manifests.map(frame), before.manifests.map(frame));
  t.deepEqual(after.manifests.map(({digest}, at) => digest === before.manifests[at]?.digest), [false, false, false, true]);
  const [inner, innerBefore] = await Promise.all([readDocument<Index>(out, after.manifests[2]?.digest ?? ''), readDocument<Index>(layout, before.manifests[2]?.digest ?? '')]);
  t.deepEqual(inner.manifests.map(frame), innerBefore.manifests.map(frame));
  for (const platform of ['linux/amd64', 'linux/arm64', 'linux/arm/v7']) {
    const {layers, close} = await openImage(parseLocation(`oci:${out}:slim`), {env: offline.env, cwd: root, platform});
    await close();
    t.deepEqual(layers.flatMap(({entries}) => entries.map((entry) => entry.path)), ['/d', `/d/${platform.split('/')[1] ?? ''}`, '/same']);
  }
  t.true((await readdir(path.join(out, 'blobs/sha256'))).includes(before.manifests[3]?.digest.slice(7) ?? ''));
});

test('debloating one platform of an OCI archive keeps the others, too', async (t) => {
  const {root, layout, debloat} = await prepare(t);
  await execa('tar', ['--create', `--file=${root}/shop.tar`, `--directory=${layout}`, '.']);
  for (const [source, out] of [[`oci:${layout}:shop:1`, 'from-layout'], [`oci-archive:${root}/shop.tar:shop:1`, 'from-archive']] as const) {
    const {code, err} = await debloat('linux/arm64', source, '--tag', `oci:${root}/${out}:slim`);
    t.deepEqual([code, err], [ExitCode.done, '']);
  }
  const [one, other] = ['from-layout', 'from-archive'].map((out) => path.join(root, out));
  t.is(await digestOf(one ?? '', 'slim'), await digestOf(other ?? '', 'slim'));
  const {code, err} = await debloat('linux/arm64', `oci-archive:${root}/shop.tar:shop:1`, '--tag', `oci-archive:${root}/slim.tar:slim`);
  t.deepEqual([code, err], [ExitCode.done, '']);
  await execa('skopeo', ['copy', '--quiet', '--all', '--preserve-digests', `oci-archive:${root}/slim.tar:slim`, `oci:${root}/unpacked:slim`]);
  t.is(await digestOf(path.join(root, 'unpacked'), 'slim'), await digestOf(one ?? '', 'slim'));
  t.deepEqual(await readdir(path.join(one ?? '', 'blobs/sha256')), await readdir(path.join(other ?? '', 'blobs/sha256')));
});

test('debloating one platform of a registry leaves the others as they are, in the same repository and in another', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const host = await startRegistry(t, root);
  await execa('skopeo', ['copy', '--quiet', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${layout}:shop:1`, `docker://${host}/team/shop:1`]);
  const before = await readDocument<Index>(layout, index);
  for (const name of [`${host}/team/shop:slim`, `${host}/other:slim`]) {
    const {code, err} = await debloat('linux/amd64', `docker://${host}/team/shop:1`, '--tag', `docker://${name}`);
    t.deepEqual([code, err], [ExitCode.done, '']);
    const pulled = path.join(root, name.replaceAll(/[/:]/g, '-'));
    await execa('skopeo', ['copy', '--quiet', '--all', '--preserve-digests', '--src-tls-verify=false', `docker://${name}`, `oci:${pulled}:slim`]);
    const after = await readDocument<Index>(pulled, await digestOf(pulled, 'slim'));
    t.deepEqual(after.manifests.map(frame), before.manifests.map(frame));
    t.deepEqual(after.manifests.slice(1), before.manifests.slice(1));
    t.not(after.manifests[0]?.digest, before.manifests[0]?.digest);
  }
});

test('platforms that a layout lists in its own index become an index', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const {manifests: [amd64, arm64]} = await readDocument<Index>(layout, index);
  const named = (entry: Descriptor | undefined) => ({...entry, annotations: {...entry?.annotations, 'org.opencontainers.image.ref.name': 'flat'}});
  await writeFile(path.join(layout, 'index.json'), JSON.stringify({schemaVersion: 2, manifests: [named(amd64), named(arm64), amd64]}));
  const {code, err} = await debloat('linux/arm64', `oci:${layout}:flat`, '--tag', `oci:${root}/out:slim`);
  t.deepEqual([code, err], [ExitCode.done, '']);
  const {manifests} = await readDocument<Index>(path.join(root, 'out'), await digestOf(path.join(root, 'out'), 'slim'));
  t.deepEqual(manifests[0], amd64);
  t.deepEqual(manifests.map(frame), [amd64, arm64].flatMap((entry) => (entry === undefined ? [] : [frame(entry)])));
});

test('what an index lists and a layout lacks is no matter to a layout, and told of a registry', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const {manifests: [, arm64]} = await readDocument<Index>(layout, index);
  await rm(path.join(layout, 'blobs', (arm64?.digest ?? '').replace(':', '/')));
  const kept = await debloat('linux/amd64', `oci:${layout}:shop:1`, '--tag', `oci:${root}/out:slim`);
  t.deepEqual([kept.code, kept.err], [ExitCode.done, '']);
  t.deepEqual((await readDocument<Index>(path.join(root, 'out'), await digestOf(path.join(root, 'out'), 'slim'))).manifests[1], arm64);
  const refused = await debloat('linux/amd64', `oci:${layout}:shop:1`, '--tag', `docker://${await startRegistry(t, root)}/shop:slim`);
  t.deepEqual([refused.code, linesOf(refused.err).length], [ExitCode.failed, 1]);
  t.regex(refused.err, /its index lists linux\/arm64, which is not there, and a registry takes no index without all that it lists/);
});

test('an index that holds indexes without end is refused', async (t) => {
  const {root, layout, debloat} = await prepare(t);
  await mkdir(path.join(root, 'deep'));
  await execa('cp', ['--recursive', `${layout}/.`, `${root}/deep`]);
  let digest = await digestOf(layout, 'shop:1');
  const root0 = await readDocument<Index>(layout, digest);
  for (let depth = 0; depth < 6; depth += 1) {
    const bytes = JSON.stringify({schemaVersion: 2, manifests: [{digest, size: 1, mediaType: 'application/vnd.oci.image.index.v1+json'}]});
    digest = `sha256:${(await execa('sha256sum', {input: bytes})).stdout.slice(0, 64)}`;
    await writeFile(path.join(root, 'deep/blobs', digest.replace(':', '/')), bytes);
  }
  const top = {...root0, manifests: [...root0.manifests, {digest, size: 1, mediaType: 'application/vnd.oci.image.index.v1+json', platform: {os: 'linux', architecture: 'deep'}}]};
  const topDigest = `sha256:${(await execa('sha256sum', {input: JSON.stringify(top)})).stdout.slice(0, 64)}`;
  await writeFile(path.join(root, 'deep/blobs', topDigest.replace(':', '/')), JSON.stringify(top));
  const index = await readFile(path.join(root, 'deep/index.json'), 'utf8');
  await writeFile(path.join(root, 'deep/index.json'), index.replace(await digestOf(layout, 'shop:1'), topDigest));
  const refused = await debloat('linux/amd64', `oci:${root}/deep:shop:1`, '--tag', `oci:${root}/out:slim`);
  t.deepEqual([refused.code, linesOf(refused.err).length], [ExitCode.failed, 1]);
  t.regex(refused.err, /nested too deeply/);
});

test('restoring gives manifest and index back, bit for bit, where the original layers are still stored', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const registry = `docker://${await startRegistry(t, root)}/shop`;
  await execa('skopeo', ['copy', '--quiet', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${layout}:shop:1`, `${registry}:1`]);
  for (const place of [`oci:${layout}`, registry]) {
    const {code, err} = await debloat('linux/arm64', place === registry ? `${registry}:1` : `${place}:shop:1`, '--tag', `${place}:slim`, '--remainder', `${place}:rest`);
    t.deepEqual([code, err], [ExitCode.done, '']);
    const restored = await winnow(['restore', `${place}:slim`, '--remainder', `${place}:rest`, '--tag', `${place}:back`], offline);
    t.deepEqual([restored.code, restored.err, linesOf(restored.out)[1]], [ExitCode.done, '', `stored as ${index}, as the original was`]);
  }
  t.is(await digestOf(layout, 'back'), index);
  t.is(`sha256:${(await execa('sha256sum', {input: (await execa('skopeo', ['inspect', '--raw', '--tls-verify=false', `${registry}:back`], {stripFinalNewline: false})).stdout})).stdout.slice(0, 64)}`, index);
});

test('restoring says which layers are compressed anew, where the original ones are no longer stored', async (t) => {
  const {root, layout, index, debloat} = await prepare(t);
  const out = path.join(root, 'out');
  t.is((await debloat('linux/amd64', `oci:${layout}:shop:1`, '--tag', `oci:${out}:slim`, '--remainder', `oci:${out}:rest`)).code, ExitCode.done);
  const restored = await winnow(['restore', `oci:${out}:slim`, '--remainder', `oci:${out}:rest`, '--tag', `oci:${out}:back`], offline);
  const back = await digestOf(out, 'back');
  t.deepEqual([restored.code, restored.err], [ExitCode.done, '']);
  t.deepEqual(linesOf(restored.out).slice(1), [`stored as ${back}, the original as ${index}`, '1 layer of 2 compressed anew: the same content, another digest']);
  const [before, after] = [await readDocument<Index>(layout, index), await readDocument<Index>(out, back)];
  t.deepEqual(after.manifests.slice(1), before.manifests.slice(1));
  const [manifest, manifestBefore] = [await readDocument<Manifest>(out, after.manifests[0]?.digest ?? ''), await readDocument<Manifest>(layout, before.manifests[0]?.digest ?? '')];
  t.is(manifest.config.digest, manifestBefore.config.digest);
  t.deepEqual(manifest.layers.map(({digest}, at) => digest === manifestBefore.layers[at]?.digest), [false, true]);
});
