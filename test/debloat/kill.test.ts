import {randomBytes} from 'node:crypto';
import {mkdir, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {checkRestored, restoreImage} from '../../src/debloat/restore-image.js';
import {parseLocation} from '../../src/image/transport/image-location.js';
import {openImage} from '../../src/image/transport/open-image.js';
import {ownerMark} from '../../src/image/transport/owner-mark.js';
import {startRegistry} from '../cli/registry.js';
import {root as project, temporaryStore} from '../cli/run-winnow.js';
import {directory, file, makeArchive} from '../image/archives.js';
import {busyboxEntry, removeLater, uniqueTag} from '../image/engine-truth.js';

const worker = fileURLToPath(new URL('publish-worker.ts', import.meta.url));
const transport = {env: process.env, cwd: '/'};

interface Targets {
  readonly debloated: string;
  readonly remainder: string;
}

/** Debloats, until `afterMs` from its start. @returns whether it came to its end before, and how long it took */
async function debloat(archive: string, {debloated, remainder}: Targets, afterMs = 100_000): Promise<{isDone: boolean; tookMs: number}> {
  const running = execa(process.execPath, ['--import=tsx', worker, archive, debloated, remainder], {cwd: project, reject: false, stdin: 'ignore'});
  await new Promise((resolve) => running.stdout.once('data', resolve));
  const start = performance.now();
  const isOver = await Promise.race([running.then(() => true), sleep(afterMs, false)]);
  running.kill('SIGKILL');
  const {stdout} = await running;
  return {isDone: isOver && stdout.includes('done'), tookMs: performance.now() - start};
}

/** The debloated image's id, where there is one; it has all its layers then, and, but for `earlier`, its remainder beside it. */
async function wholeImage(t: ExecutionContext, {debloated, remainder}: Targets, earlier: string | null = null): Promise<string | null> {
  const opened = await openImage(parseLocation(debloated), transport).catch(() => null);
  if (opened === null) {
    return null;
  }
  if (opened.image.id === earlier) {
    await opened.close();
    return earlier;
  }
  const rest = await openImage(parseLocation(remainder), transport);
  await t.notThrowsAsync(async () => checkRestored(await restoreImage(opened, rest)));
  await Promise.all([opened.close(), rest.close()]);
  return opened.image.id;
}

/** From before it reads to after it is done, a kill at each part of the way. @param prepare has an image of that id stand at a round's targets before */
async function killAtEachPart(t: ExecutionContext, rounds: number, makeTargets: (round: string) => Targets, prepare: (targets: Targets) => Promise<string | null> = () => Promise.resolve(null)): Promise<void> {
  const store = await temporaryStore(t);
  const archive = path.join(store, 'in.tar');
  const files = Array.from({length: 30}, (_, at) => file(`d/f${at}`, randomBytes(400_000)));
  await writeFile(archive, await makeArchive([[await busyboxEntry(), directory('d'), ...files]]));
  const first = makeTargets('whole');
  const {isDone, tookMs} = await debloat(archive, first);
  t.true(isDone);
  const id = await wholeImage(t, first);
  let isUnchanged = false;
  for (let round = 0; round < rounds; round += 1) {
    const targets = makeTargets(`${round}`);
    const earlier = await prepare(targets);
    const {isDone: isComplete} = await debloat(archive, targets, tookMs * (round + 0.5) / rounds);
    const found = await wholeImage(t, targets, earlier);
    t.true(found === id || (found === earlier && !isComplete));
    isUnchanged ||= found === earlier;
  }
  t.true(isUnchanged, 'some were killed before the end');
  t.is(await wholeImage(t, first), id);
}

test.serial('an archive killed at any time is not there, or whole', async (t) => {
  const store = await temporaryStore(t);
  await killAtEachPart(t, 6, (round) => ({debloated: `docker-archive:${store}/${round}.tar`, remainder: `docker-archive:${store}/${round}-rest.tar`}));
});

test.serial('an archive of an OCI layout killed at any time is not there, or whole', async (t) => {
  const store = await temporaryStore(t);
  await killAtEachPart(t, 4, (round) => ({debloated: `oci-archive:${store}/${round}.tar`, remainder: `oci-archive:${store}/${round}-rest.tar`}));
});

test.serial('a layout killed at any time has the image whole, or not', async (t) => {
  const store = await temporaryStore(t);
  await killAtEachPart(t, 6, (round) => ({debloated: `oci:${store}/layout:${round}`, remainder: `oci:${store}/layout:${round}-rest`}));
});

test.serial("an engine's image killed at any time has its name when it is whole, or none", async (t) => {
  await killAtEachPart(t, 6, (round) => {
    const targets = {debloated: uniqueTag(`killed-${round}`), remainder: uniqueTag(`killed-rest-${round}`)};
    Object.values(targets).forEach((tag) => removeLater(t, tag));
    return targets;
  });
});

test.serial('a tag of a registry is killed at any time what it was, or the new image whole', async (t) => {
  const store = await temporaryStore(t);
  const [host, archive] = [await startRegistry(t, store), await smallArchive(store)];
  const targetsOf = (round: string): Targets => ({debloated: `docker://${host}/shop:${round}`, remainder: `docker://${host}/shop:${round}-rest`});
  const earlier = targetsOf('earlier');
  t.true((await debloat(archive, earlier)).isDone);
  const id = await wholeImage(t, earlier);
  await killAtEachPart(t, 4, targetsOf, async ({debloated}) => {
    await execa('skopeo', ['copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', earlier.debloated, debloated]);
    return id;
  });
});

/** Of a process that has ended. */
async function deadMark(): Promise<string> {
  const {stdout} = await execa(process.execPath, ['--import=tsx', '--input-type=module', '--eval', `import {ownerMark} from './src/image/transport/owner-mark.js'; process.stdout.write(ownerMark());`], {cwd: project});
  return stdout;
}

async function smallArchive(store: string): Promise<string> {
  const archive = path.join(store, 'in.tar');
  await writeFile(archive, await makeArchive([[await busyboxEntry(), directory('d'), file('d/a', randomBytes(1000)), file('d/b', randomBytes(1000))]]));
  return archive;
}

test.serial('files that a killed process left go with the next run; those of a living one stay', async (t) => {
  const store = await temporaryStore(t);
  const archive = await smallArchive(store);
  const layout = path.join(store, 'layout');
  const places = [store, layout, path.join(layout, 'blobs/sha256')];
  await mkdir(path.join(layout, 'blobs/sha256'), {recursive: true});
  const [left, busy] = [`.new.${await deadMark()}-00000000.tmp`, `.new.${ownerMark()}-00000000.tmp`];
  await Promise.all(places.flatMap((place) => [left, busy].map((name) => writeFile(path.join(place, name), 'half'))));
  await debloat(archive, {debloated: `docker-archive:${store}/slim.tar`, remainder: `oci:${layout}:rest`});
  for (const place of places) {
    t.deepEqual((await readdir(place)).filter((name) => name.endsWith('.tmp')), [busy], place);
  }
});

test.serial('an image that a killed process loaded and did not name goes with the next run; that of a living one stays', async (t) => {
  const names = [`winnow-unfinished:${await deadMark()}-00000000`, `winnow-unfinished:${ownerMark()}-00000000`] as const;
  const targets = {debloated: uniqueTag('after'), remainder: uniqueTag('after-rest')};
  [...names, ...Object.values(targets)].forEach((tag) => removeLater(t, tag));
  const store = await temporaryStore(t);
  const archive = await smallArchive(store);
  for (const name of names) {
    await execa('docker', ['import', '-', name], {input: await makeArchive([])});
  }
  const {isDone} = await debloat(archive, targets);
  t.true(isDone);
  t.not(await wholeImage(t, targets), null);
  const {stdout} = await execa('docker', ['images', '--format={{.Repository}}:{{.Tag}}', 'winnow-unfinished']);
  t.false(stdout.includes(names[0]));
  t.true(stdout.includes(names[1]));
  const {stdout: ownNames} = await execa('docker', ['image', 'inspect', '--format={{.RepoTags}}', targets.debloated]);
  t.is(ownNames, `[${targets.debloated}]`);
});
