import {Buffer} from 'node:buffer';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
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

const auth = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

/** A registry that knows somebody with the password "secret". @returns its address, and a push to it with a Docker config */
async function startGuarded(t: ExecutionContext) {
  const {root, archive, plan} = await prepare(t);
  await writeFile(path.join(root, 'htpasswd'), 'somebody:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n');
  const host = await startRegistry(t, root, `auth: {htpasswd: {realm: test, path: ${root}/htpasswd}}\n`);
  await mkdir(path.join(root, 'docker'));
  const push = async (config: object | string, env: Readonly<Record<string, string>> = {}) => {
    await writeFile(path.join(root, 'docker/config.json'), typeof config === 'string' ? config : JSON.stringify(config));
    return winnow(['debloat', `oci-archive:${archive}`, '--plan', plan, '--no-verify', '--tag', `docker://${host}/shop:slim`], {env: {...offline, DOCKER_CONFIG: path.join(root, 'docker'), ...env}});
  };
  const refused = async (config: object | string, message: RegExp, code: number = ExitCode.failed) => {
    const outcome = await push(config);
    t.deepEqual([outcome.code, linesOf(outcome.err).length], [code, 1], outcome.err);
    t.regex(outcome.err, message);
    t.false(outcome.err.includes('wrong-password'));
  };
  return {root, host, push, refused};
}

test('what docker login keeps is used, and what is missing or wrong is told', async (t) => {
  const {host, push, refused} = await startGuarded(t);
  await refused({}, /refuses: authentication required; docker login 127\.0\.0\.1:\d+/);
  await refused({auths: {[host]: {auth: auth('somebody', 'wrong-password')}}}, /does not take the password of somebody; docker login 127/);
  await refused({auths: {[host]: {auth: 'AAAA'}}}, /config\.json has no user and password for 127/);
  await refused('{"auths": ', /cannot read the registries' passwords in .*config\.json/);
  const {code, err} = await push({auths: {[host]: {auth: auth('somebody', 'secret')}}});
  t.deepEqual([code, err], [ExitCode.done, '']);
  t.is((await inspect(`${host}/shop:slim`, '--creds=somebody:secret')).layers.length, 2);
});

test('a credential helper gives the password, or it is told why not', async (t) => {
  const {root, host, push, refused} = await startGuarded(t);
  const env = {...process.env, GNUPGHOME: path.join(root, 'gnupg'), PASSWORD_STORE_DIR: path.join(root, 'passwords')};
  await mkdir(env.GNUPGHOME, {mode: 0o700});
  t.teardown(() => execa('gpgconf', ['--kill', 'gpg-agent'], {env}));
  await execa('gpg', ['--batch', '--pinentry-mode', 'loopback', '--passphrase', '', '--quick-generate-key', 'winnow-test', 'future-default', 'default', 'never'], {env});
  await execa('pass', ['init', 'winnow-test'], {env});
  const keep = async (secret: string) => execa('docker-credential-pass', ['store'], {env, input: JSON.stringify({ServerURL: host, Username: 'somebody', Secret: secret})});
  const {GNUPGHOME, PASSWORD_STORE_DIR} = env;

  const empty = await push({credsStore: 'pass'}, {GNUPGHOME, PASSWORD_STORE_DIR});
  t.deepEqual([empty.code, linesOf(empty.err).length], [ExitCode.failed, 1]);
  t.regex(empty.err, /refuses: authentication required; docker login/);
  await keep('wrong-password');
  t.regex((await push({credsStore: 'pass'}, {GNUPGHOME, PASSWORD_STORE_DIR})).err, /does not take the password of somebody; docker login/);
  await keep('secret');
  for (const config of [{credsStore: 'pass', auths: {[host]: {}}}, {credHelpers: {[host]: 'pass'}, credsStore: 'missing'}]) {
    const {code, err} = await push(config, {GNUPGHOME, PASSWORD_STORE_DIR});
    t.deepEqual([code, err], [ExitCode.done, '']);
  }
  await refused({credHelpers: {[host]: 'missing'}}, /docker-credential-missing, which .*config\.json names for 127.*, is not there; install it, or log in without it/, ExitCode.hostCannot);
  await refused({credsStore: '../../bin/sh'}, /"\.\.\/\.\.\/bin\/sh" in .* is no credential helper's name/);
});

test('a credential helper that fails or says something else is told', async (t) => {
  const {root, push} = await startGuarded(t);
  const answers = {locked: 'echo "the keychain is locked"; exit 1', odd: 'echo \'wrong-password\'', token: 'echo \'{"Username": "<token>", "Secret": "wrong-password"}\''};
  const told = {locked: /docker-credential-locked gives no password for 127.*: the keychain is locked; unlock/, odd: /docker-credential-odd does not print what a credential helper should/, token: /gives an identity token for 127.*, which is not supported/};
  for (const name of ['locked', 'odd', 'token'] as const) {
    await writeFile(path.join(root, `docker-credential-${name}`), `#!/bin/sh\n${answers[name]}\n`, {mode: 0o755});
    const {code, err} = await push({credsStore: name}, {PATH: `${root}:${process.env['PATH'] ?? ''}`});
    t.deepEqual([code, linesOf(err).length], [ExitCode.failed, 1], err);
    t.regex(err, told[name]);
    t.false(err.includes('wrong-password'));
  }
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
