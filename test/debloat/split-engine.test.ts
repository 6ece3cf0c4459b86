import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {buffer} from 'node:stream/consumers';
import test from 'ava';
import {readImageArchive} from '../../src/image/image-archive.js';
import {busyboxEntry, describeContainer, describeIndex, loadArchive, uniqueTag} from '../image/engine-truth.js';
import {directory, type Entry, file, link, makeTar, opaque, streamOf, symlink, whiteout} from '../image/archives.js';
import {writeTar} from '../../src/image/tar-writer.js';
import {join, split} from './layers.js';

const layers: readonly (readonly Entry[])[] = [
  [
    directory('bin'), directory('usr'), directory('usr/bin'), symlink('sbin', 'usr/bin'), {...directory('empty'), uid: 1234}, {...directory('sticky'), mode: 0o1777},
    {...file('usr/bin/su', 'setuid'), mode: 0o4755}, file('usr/bin/perl', 'p'.repeat(1000)), link('usr/bin/perl5', 'usr/bin/perl'), file('usr/bin/gone'),
    {name: 'pipe', type: 'fifo'}, {name: 'null', type: 'character-device', devmajor: 1, devminor: 3},
    directory('d'), file('d/lower'), file('d/both', 'one'), directory('o'), file('o/lower'), {...file('latin-é'), uid: 3_000_000},
  ],
  [whiteout('d/lower'), file('d/both', 'two'), directory('o'), opaque('o'), file('o/upper'), file('made/by/a/gone', 'x'), link('d/copy', 'd/both')],
  [file('usr/bin/perl', 'newer'), whiteout('pipe'), directory('pipe'), symlink('dangling', '/nowhere')],
];

/** As `docker save` lays it out; the engine computes diff ids itself, and refuses layers that are not the config's. */
async function archiveOf(tag: string, tars: readonly Buffer[]): Promise<Buffer> {
  const config = Buffer.from(JSON.stringify({os: 'linux', architecture: 'amd64', config: {Cmd: ['/busybox']}, rootfs: {type: 'layers', diff_ids: tars.map((tar) => `sha256:${createHash('sha256').update(tar).digest('hex')}`)}}));
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const manifest = Buffer.from(JSON.stringify([{Config: configName, RepoTags: [tag], Layers: tars.map((_, at) => `${at}.tar`)}]));
  const files = [...tars.map((content, at) => ({name: `${at}.tar`, content})), {name: configName, content: config}, {name: 'manifest.json', content: manifest}];
  return buffer(writeTar(files.map(({name, content}) => ({name, bytes: content.length, content: streamOf(content)}))));
}

test('the engine takes both parts, and a container of what stays sees what stays, no lower version of what goes', async (t) => {
  const tars = await Promise.all([[await busyboxEntry()], ...layers].map((entries) => makeTar(entries)));
  const original = uniqueTag('original');
  const gone = ['/usr/bin/gone', '/usr/bin/perl', '/d/both', '/d/copy', '/o/upper', '/made/by/a/gone', '/null'];
  const image = await split(tars, gone);
  t.deepEqual(await join(image), tars);
  t.deepEqual(image.isChanged, [false, true, true, true]);

  await loadArchive(t, await archiveOf(original, tars), original);
  const before = await describeContainer(original);
  t.is(gone.filter((path) => before.some((line) => line.startsWith(`${path} |`))).length, gone.length);
  const debloated = uniqueTag('debloated');
  const archive = await archiveOf(debloated, image.kept);
  await loadArchive(t, archive, debloated);
  const after = await describeContainer(debloated);
  t.deepEqual(after, before.filter((line) => gone.every((path) => !line.startsWith(`${path} |`))));
  t.deepEqual(describeIndex(await readImageArchive(streamOf(archive), {name: debloated})), after);

  const remainder = uniqueTag('remainder');
  const [, ...removed] = image.removed;
  await loadArchive(t, await archiveOf(remainder, [tars[0] ?? Buffer.alloc(0), ...removed]), remainder);
  const rest = await describeContainer(remainder);
  t.deepEqual(gone.filter((path) => !rest.some((line) => line.startsWith(`${path} |`))), []);
});
