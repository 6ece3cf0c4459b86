import {Buffer} from 'node:buffer';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {readImageArchive} from '../../../src/image/image-archive.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {directory, file, gzip, makeArchive, streamOf} from '../../image/archives.js';
import {startRegistry} from '../registry.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

const offline = {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'};
const layers = [[directory('d'), file('d/gone', 'x'.repeat(100_000)), file('d/a')], [file('same', 'y'.repeat(50_000))]];

async function prepare(t: ExecutionContext): Promise<{root: string; archive: string; plan: string; diffIds: readonly string[]; id: string}> {
  const root = await temporaryStore(t);
  const bytes = await makeArchive(layers, {format: 'oci', tag: 'shop:1', compress: gzip});
  const archive = path.join(root, 'shop.tar');
  await writeFile(archive, bytes);
  const {image, files} = await readImageArchive(streamOf(bytes), {name: 'shop:1'});
  const plan = path.join(root, 'plan.json');
  await writeFile(plan, JSON.stringify({schema: 'winnow.debloat/1', image, files: files.map((item) => ({path: item.path, decision: item.path === '/d/gone' ? 'remove' : 'keep'}))}));
  return {root, archive, plan, diffIds: image.layers, id: image.id};
}

interface Inspected {
  readonly config: {readonly digest: string};
  readonly layers: readonly {readonly digest: string}[];
}

const inspect = async (name: string, ...options: string[]): Promise<Inspected> =>
  JSON.parse((await execa('skopeo', ['inspect', '--tls-verify=false', '--raw', ...options, `docker://${name}`])).stdout) as Inspected;

test('from registry to registry, and back', async (t) => {
  const {root, archive, plan, id} = await prepare(t);
  const shop = `${await startRegistry(t, root)}/team/shop`;
  await execa('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `oci-archive:${archive}`, `docker://${shop}:1`]);
  const {code, err} = await winnow(['debloat', `docker://${shop}:1`, '--plan', plan, '--no-verify', '--tag', `docker://${shop}:slim`, '--remainder', `docker://${shop}:rest`], {env: offline});
  t.deepEqual([code, err], [ExitCode.done, '']);
  const [before, slim] = [await inspect(`${shop}:1`), await inspect(`${shop}:slim`)];
  t.not(slim.layers[0]?.digest, before.layers[0]?.digest);
  t.is(slim.layers[1]?.digest, before.layers[1]?.digest);
  await execa('skopeo', ['copy', '--quiet', '--src-tls-verify=false', `docker://${shop}:slim`, `oci-archive:${root}/pulled.tar:slim`]); // holds all digests against the blobs

  const both = [`docker://${shop}:slim`, '--remainder', `docker://${shop}:rest`];
  t.is((await winnow(['debloat', ...both, '--check'], {env: offline})).code, ExitCode.done);
  t.is((await winnow(['restore', ...both, '--tag', `docker://${shop}:back`], {env: offline})).code, ExitCode.done);
  t.is((await inspect(`${shop}:back`)).config.digest, id);
});

test('what docker login keeps is used, and what is missing is told', async (t) => {
  const {root, archive, plan} = await prepare(t);
  // htpasswd of somebody with the password "secret"
  await writeFile(path.join(root, 'htpasswd'), 'somebody:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n');
  const host = await startRegistry(t, root, `auth: {htpasswd: {realm: test, path: ${root}/htpasswd}}\n`);
  await mkdir(path.join(root, 'docker'));
  const auth = Buffer.from('somebody:secret').toString('base64');
  await writeFile(path.join(root, 'docker/config.json'), JSON.stringify({auths: {[host]: {auth}}}));
  const push = (config: string) => winnow(['debloat', `oci-archive:${archive}`, '--plan', plan, '--no-verify', '--tag', `docker://${host}/shop:slim`], {env: {...offline, DOCKER_CONFIG: config}});
  const refused = await push(path.join(root, 'none'));
  t.deepEqual([refused.code, linesOf(refused.err).length], [ExitCode.failed, 1]);
  t.regex(refused.err, /refuses: authentication required; docker login 127\.0\.0\.1:\d+/);
  const {code, err} = await push(path.join(root, 'docker'));
  t.deepEqual([code, err], [ExitCode.done, '']);
  t.is((await inspect(`${host}/shop:slim`, '--creds=somebody:secret')).layers.length, 2);
});

test('a registry or image that is not there is told', async (t) => {
  const {root, plan} = await prepare(t);
  const host = await startRegistry(t, root);
  const told = async (name: string, code: number, message: RegExp): Promise<void> => {
    const outcome = await winnow(['debloat', `docker://${name}`, '--plan', plan, '--no-verify', '--tag', `docker-archive:${root}/out.tar`], {env: offline});
    t.deepEqual([outcome.code, linesOf(outcome.err).length], [code, 1], outcome.err);
    t.regex(outcome.err, message);
  };
  await told(`${host}/none:1`, ExitCode.failed, /no image "none:1" at the registry/);
  await told('localhost:1/none', ExitCode.hostCannot, /the registry localhost:1 does not answer/);
  await told('UPPER/Case', ExitCode.usage, /names no image of a registry/);
});
