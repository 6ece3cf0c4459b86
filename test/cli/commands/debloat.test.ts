import {createHash} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {readImageArchive} from '../../../src/image/image-archive.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {ImageIndex} from '../../../src/model/image-index.js';
import {textMember} from '../../../src/model/text-member.js';
import {directory, file, gzip, makeArchive, streamOf, symlink, whiteout} from '../../image/archives.js';
import {busyboxEntry, describeContainer, describeIndex, loadArchive, removeLater, uniqueTag} from '../../image/engine-truth.js';
import {followsSchema} from '../../follows-schema.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

/** A command line that reaches no engine. */
const offline = {env: {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'}};

const layers = async () => [
  [await busyboxEntry(), directory('usr'), file('usr/big', 'x'.repeat(200_000)), file('usr/small'), {...file('usr/setuid'), mode: 0o4755, uid: 1000}],
  [file('base', 'stays')],
  [whiteout('usr/small'), file('usr/big', 'newer'), symlink('link', 'usr')],
];
const goes = new Set(['/usr/big', '/link']);

async function writePlan(directoryName: string, {image, files}: ImageIndex): Promise<string> {
  const plan = path.join(directoryName, 'plan.json');
  const decided = files.map((item) => ({...textMember('path', item.path), decision: goes.has(item.path) ? 'remove' : 'keep'}));
  await writeFile(plan, JSON.stringify({schema: 'winnow.debloat/1', image, files: decided}));
  return plan;
}

interface Printed {
  readonly original: {readonly id: string; readonly layers: readonly string[]};
  readonly debloated: {readonly id: string; readonly layers: readonly string[]; readonly changedLayers: number};
  readonly remainder: {readonly id: string} | null;
}

const idsOf = async (tag: string): Promise<{Id: string; RootFS: {Layers: string[]}}> => (JSON.parse((await execa('docker', ['image', 'inspect', tag])).stdout) as [{Id: string; RootFS: {Layers: string[]}}])[0];

test("an engine's image becomes two that make it again", async (t) => {
  const store = await temporaryStore(t);
  const [original, slim, rest, back] = ['debloat', 'slim', 'rest', 'back'].map(uniqueTag) as [string, string, string, string];
  const archive = await makeArchive(await layers(), {tag: original});
  const index = await readImageArchive(streamOf(archive), {name: original});
  await loadArchive(t, archive, original);
  [slim, rest, back].forEach((tag) => removeLater(t, tag));
  const plan = await writePlan(store, index);

  const {code, out, err} = await winnow(['debloat', original, '--no-verify', '--plan', plan, '--tag', slim, '--remainder', rest, '--json']);
  t.is(code, ExitCode.done, err);
  const made = await followsSchema(t, 'winnow.report.1', out) as Printed;
  const inEngine = await idsOf(slim);
  t.deepEqual([inEngine.Id, inEngine.RootFS.Layers], [made.debloated.id, made.debloated.layers]);
  t.is((await idsOf(rest)).Id, made.remainder?.id ?? '');
  t.is(made.debloated.changedLayers, 2);
  t.is(made.debloated.layers[1], index.image.layers[1]);
  t.deepEqual(await describeContainer(slim), describeIndex(index).filter((line) => !goes.has(line.split(' | ')[0] ?? '')));

  const checked = await winnow(['debloat', slim, '--check', '--json']);
  t.deepEqual([checked.code, checked.err], [ExitCode.done, '']);
  t.like(await followsSchema(t, 'winnow.debloat-check.1', checked.out), {debloated: {id: inEngine.Id}, original: index.image.id});
  await execa('docker', ['rmi', original]);
  t.like(await followsSchema(t, 'winnow.restore.1', (await winnow(['restore', slim, '--tag', back, '--json'])).out), {name: back, id: index.image.id, stored: null, storedBefore: null});
  const restored = await idsOf(back);
  t.deepEqual([restored.Id, restored.RootFS.Layers], [index.image.id, [...index.image.layers]]);

  const again = await winnow(['debloat', back, '--no-verify', '--plan', plan, '--tag', slim, '--remainder', rest, '--json']);
  t.deepEqual((JSON.parse(again.out) as Printed).debloated.id, made.debloated.id);
});

async function archived(t: ExecutionContext, compress?: typeof gzip): Promise<{directory: string; index: ImageIndex; run: (...args: string[]) => ReturnType<typeof winnow>}> {
  const directoryName = await temporaryStore(t);
  const archive = await makeArchive(await layers(), compress === undefined ? {} : {format: 'oci', compress});
  await writeFile(path.join(directoryName, 'shop.tar'), archive);
  const index = await readImageArchive(streamOf(archive), {name: 'shop'});
  await writePlan(directoryName, index);
  const inDirectory = (arg: string): string => arg.replace(/^(docker|oci)-archive:/, `$&${directoryName}/`);
  return {directory: directoryName, index, run: (...args) => winnow(args.map(inDirectory), offline)};
}

const sha256Of = async (name: string): Promise<string> => createHash('sha256').update(await readFile(name)).digest('hex');

const archiveToArchive = test.macro(async (t: ExecutionContext, source: string, compress?: typeof gzip) => {
  const {directory: directoryName, index, run} = await archived(t, compress);
  const debloat = (slim: string, rest: string) =>
    run('debloat', source, '--no-verify', '--plan', path.join(directoryName, 'plan.json'), '--tag', `docker-archive:${slim}:shop:slim`, '--remainder', `docker-archive:${rest}`);
  const {code, err} = await debloat('slim.tar', 'rest.tar');
  t.deepEqual([code, err], [ExitCode.done, '']);
  t.is((await debloat('slim2.tar', 'rest2.tar')).code, ExitCode.done);
  t.is(await sha256Of(path.join(directoryName, 'slim.tar')), await sha256Of(path.join(directoryName, 'slim2.tar')));
  t.is(await sha256Of(path.join(directoryName, 'rest.tar')), await sha256Of(path.join(directoryName, 'rest2.tar')));

  const slim = await readImageArchive(streamOf(await readFile(path.join(directoryName, 'slim.tar'))), {name: 'shop:slim'});
  t.deepEqual(describeIndex(slim), describeIndex(index).filter((line) => !goes.has(line.split(' | ')[0] ?? '')));
  t.is((await run('restore', 'docker-archive:slim.tar', '--remainder', 'docker-archive:rest.tar', '--tag', 'docker-archive:back.tar')).code, ExitCode.done);
  t.deepEqual((await readImageArchive(streamOf(await readFile(path.join(directoryName, 'back.tar'))), {name: 'shop'})).image, index.image);
  t.deepEqual((await readdir(directoryName)).sort(), ['back.tar', 'plan.json', 'rest.tar', 'rest2.tar', 'shop.tar', 'slim.tar', 'slim2.tar']);
});

test('archives need no engine', archiveToArchive, 'docker-archive:shop.tar');
test('an OCI layout in a tar file with gzip layers is read', archiveToArchive, 'oci-archive:shop.tar', gzip);

test('a wrong remainder is told, with its exit code, and nothing is written', async (t) => {
  const {directory: directoryName, run} = await archived(t);
  const plan = path.join(directoryName, 'plan.json');
  await run('debloat', 'docker-archive:shop.tar', '--no-verify', '--plan', plan, '--tag', 'docker-archive:slim.tar', '--remainder', 'docker-archive:rest.tar');
  const cases: [readonly string[], number, RegExp][] = [
    [['debloat', 'docker-archive:slim.tar', '--check', '--remainder', 'docker-archive:shop.tar'], ExitCode.threshold, /does not fit .*shop\.tar is no remainder; /],
    [['debloat', 'docker-archive:shop.tar', '--check', '--remainder', 'docker-archive:rest.tar'], ExitCode.threshold, /does not fit .* has more than its recipe says/],
    [['debloat', 'docker-archive:slim.tar', '--check'], ExitCode.usage, /does not say what its remainder is; name it with --remainder/],
    [['restore', 'docker-archive:shop.tar', '--remainder', 'docker-archive:rest.tar', '--tag', 'docker-archive:back.tar'], ExitCode.threshold, /does not fit/],
    [['debloat', 'docker-archive:slim.tar', '--no-verify', '--plan', plan, '--tag', 'docker-archive:no.tar'], ExitCode.usage, /the plan is of shop .*, which has other layers than/],
    [['debloat', 'docker-archive:shop.tar', '--plan', plan], ExitCode.usage, /--tag is missing/],
    [['debloat', 'docker-archive:shop.tar', '--no-verify', '--plan', plan, '--tag', 'docker-archive:none/no.tar'], ExitCode.failed, /cannot write .*ENOENT/],
    [['debloat', 'docker-archive:none.tar', '--no-verify', '--plan', plan, '--tag', 'docker-archive:no.tar'], ExitCode.failed, /cannot read .*none\.tar: ENOENT/],
    [['debloat', 'docker-archive:shop.tar', '--plan', 'none.json', '--tag', 'docker-archive:no.tar'], ExitCode.usage, /cannot take the plan none\.json: ENOENT/],
    [['debloat', 'docker-archive:', '--no-verify', '--plan', plan, '--tag', 'docker-archive:no.tar'], ExitCode.failed, /cannot read .*: it is a directory/],
    [['debloat', 'oci:', '--no-verify', '--plan', plan, '--tag', 'docker-archive:no.tar'], ExitCode.usage, /names no image/],
  ];
  for (const [args, expected, message] of cases) {
    const {code, out, err} = await run(...args);
    t.deepEqual([code, out, linesOf(err).length], [expected, '', 1], err);
    t.regex(err, message);
  }
  t.deepEqual((await readdir(directoryName)).sort(), ['plan.json', 'rest.tar', 'shop.tar', 'slim.tar']);
});
