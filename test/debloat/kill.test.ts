import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {checkRestored, restoreImage} from '../../src/debloat/restore-image.js';
import {parseLocation} from '../../src/image/transport/image-location.js';
import {openImage} from '../../src/image/transport/open-image.js';
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

/** The debloated image's id, where there is one; it has all its layers then, and its remainder. */
async function wholeImage(t: ExecutionContext, {debloated, remainder}: Targets): Promise<string | null> {
  const opened = await openImage(parseLocation(debloated), transport).catch(() => null);
  if (opened === null) {
    return null;
  }
  const rest = await openImage(parseLocation(remainder), transport);
  await t.notThrowsAsync(async () => checkRestored(await restoreImage(opened, rest)));
  await Promise.all([opened.close(), rest.close()]);
  return opened.image.id;
}

/** From before it reads to after it is done, a kill at each part of the way. */
async function killAtEachPart(t: ExecutionContext, rounds: number, makeTargets: (round: string) => Targets): Promise<void> {
  const store = await temporaryStore(t);
  const archive = path.join(store, 'in.tar');
  const files = Array.from({length: 30}, (_, at) => file(`d/f${at}`, randomBytes(400_000)));
  await writeFile(archive, await makeArchive([[await busyboxEntry(), directory('d'), ...files]]));
  const first = makeTargets('whole');
  const {isDone, tookMs} = await debloat(archive, first);
  t.true(isDone);
  const id = await wholeImage(t, first);
  const ends = new Map<string | null, number>();
  for (let round = 0; round < rounds; round += 1) {
    const targets = makeTargets(`${round}`);
    const {isDone: isComplete} = await debloat(archive, targets, tookMs * (round + 0.5) / rounds);
    const found = await wholeImage(t, targets);
    t.true(found === id || (found === null && !isComplete));
    ends.set(found, (ends.get(found) ?? 0) + 1);
  }
  t.true((ends.get(null) ?? 0) > 0, 'some were killed before the end');
  t.is(await wholeImage(t, first), id);
}

test.serial('an archive killed at any time is not there, or whole', async (t) => {
  const store = await temporaryStore(t);
  await killAtEachPart(t, 6, (round) => ({debloated: `docker-archive:${store}/${round}.tar`, remainder: `docker-archive:${store}/${round}-rest.tar`}));
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
