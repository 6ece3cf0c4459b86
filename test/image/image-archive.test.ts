import test, {type ExecutionContext} from 'ava';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {readImageArchive} from '../../src/image/image-archive.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {directory, type Entry, file, link, makeArchive, opaque, streamOf, symlink, whiteout} from './archives.js';
import {buildImage, busyboxEntry, describeContainer, describeIndex, loadArchive, uniqueTag} from './engine-truth.js';

const base = [directory('usr'), directory('usr/bin'), file('usr/bin/a'), file('usr/bin/b'), symlink('bin', 'usr/bin')];

/** The archive is read as a container of it sees itself. */
const shownAlike = test.macro(async (t: ExecutionContext, layers: readonly (readonly Entry[])[]) => {
  const tag = uniqueTag('alike');
  const archive = await makeArchive([[await busyboxEntry()], ...layers], {tag});
  await loadArchive(t, archive, tag);
  t.deepEqual(describeIndex(await readImageArchive(streamOf(archive), {name: tag})), await describeContainer(tag));
});

test('names that leave the root are kept inside it', shownAlike, [
  [...base, file('../up'), file('/absolute'), file('./usr/./bin/../../../../far'), file('usr//bin//doubled')],
]);

test('later entries of a layer replace earlier ones of the same place', shownAlike, [[
  directory('d'), file('d/x', 'one'), symlink('alias', 'd'), file('alias/x', 'two'), {...directory('/d'), mode: 0o700},
  file('was-directory/lost'), file('was-directory'),
  file('was-file'), directory('/was-file'), file('was-file/new'),
  symlink('was-link', 'd'), directory('/was-link'), file('was-link/own'),
]]);

test('an upper layer replaces files by directories and the reverse', shownAlike, [
  [...base, file('usr/file'), file('usr/tree/deep/leaf'), symlink('usr/alias', 'bin')],
  [directory('usr/file'), file('usr/file/inside'), file('usr/tree'), directory('usr/alias'), file('usr/alias/own')],
  [directory('usr/tree'), file('usr/tree/second')],
]);

test('parents that a layer leaves out are made, and a parent that is a symlink below is covered', shownAlike, [
  base,
  [file('bin/c'), file('new/deep/leaf')],
]);

test('parents go through symlinks of their own layer', shownAlike, [
  [...base, file('bin/c'), file('bin/made/d'), symlink('loop-free', '../../bin/../bin'), file('loop-free/e')],
]);

test('hard links share one file, through symlinked parents and of symlinks too', shownAlike, [
  [...base, link('l1', 'usr/bin/a'), link('l2', 'bin/a'), link('alias', 'bin'), link('l3', '/l1')],
  [file('l1', 'no longer linked')],
]);

test('whiteouts and opaque directories hide what is below', shownAlike, [
  [...base, file('d/x'), file('d/y'), file('d/sub/z'), file('e/only')],
  [whiteout('usr/bin/a'), whiteout('usr/bin/missing'), directory('d'), opaque('d'), file('d/new'), whiteout('e')],
  [whiteout('d/new'), file('d/newer'), file('usr/bin/a', 'back'), directory('e')],
]);

test("overlay's own whiteout, a character device 0:0, hides what is below", shownAlike, [
  base,
  [{name: 'usr/bin/a', type: 'character-device', devmajor: 0, devminor: 0}],
]);

test('devices, fifos, odd modes, owners and long names survive', shownAlike, [[
  {name: 'null', type: 'character-device', devmajor: 1, devminor: 3, mode: 0o666},
  {name: 'disk', type: 'block-device', devmajor: 8, devminor: 0},
  {name: 'pipe', type: 'fifo', mode: 0o1600},
  {...file('setuid'), mode: 0o4755, uid: 1000, gid: 50},
  {...directory('sticky'), mode: 0o3777},
  file(`long/${'n'.repeat(120)}/${'m'.repeat(200)}`),
  symlink('long-link', 'é'.repeat(80)),
  file('empty', ''),
]]);

/** An image as builds make them: each step a layer, with names that are no UTF-8. */
const steps = [
  String.raw`cd /; busybox mkdir -p a/b empty usr/bin; busybox ln -s usr/bin bin; busybox mkfifo a/pipe; busybox touch "a/$(busybox printf 'x\377y')"
   echo one > a/one; busybox ln a/one a/two; busybox ln a/one a/three; busybox cp busybox usr/bin/su; busybox chmod 4755 usr/bin/su; busybox mkdir a/gone; echo g > a/gone/g`,
  String.raw`cd /; busybox chown 3000000:4000000 a/one; busybox rm -r a/gone; busybox rm a/three; busybox mknod a/zero c 1 5; busybox ln usr/bin/su "$(busybox printf 'l\200')"`,
  'cd /; busybox mkdir a/gone; echo h > a/gone/h; busybox rm -r a/b; echo file > a/b; busybox rm a/pipe; busybox mkdir a/pipe; busybox chmod 1777 empty',
];

test('an image that the engine built layer by layer is read as its container shows it', async (t) => {
  const tag = uniqueTag('built');
  const scripts = steps.map((step, index) => [`step${index}`, `PATH=/\n${step}`] as const);
  const dockerfile = ['FROM scratch', 'COPY busybox step* /', ...scripts.map(([name]) => `RUN ["/busybox", "sh", "/${name}"]`)].join('\n');
  await buildImage(t, {Dockerfile: dockerfile, ...Object.fromEntries(scripts)}, tag);
  const index = await readEngineImage(await openEngine(), tag);
  t.deepEqual(describeIndex(index), await describeContainer(tag));
  t.true(index.files.some(({path}) => path === '/a/x\uDCFFy'));
  t.deepEqual(['/busybox', '/a/one', '/a/gone/h'].map((path) => index.files.find((file) => file.path === path)?.layer), [0, 2, 3]);
});

/** What the engine refuses to load is refused here too, with one line that names the entry. */
const refusedAlike = test.macro(async (t: ExecutionContext, layers: readonly (readonly Entry[])[], message: RegExp) => {
  const tag = uniqueTag('refused');
  const archive = await makeArchive(layers, {tag});
  await t.throwsAsync(loadArchive(t, archive, tag), {message: /Error processing tar file/});
  const error = await t.throwsAsync(readImageArchive(streamOf(archive), {name: tag}), {instanceOf: WinnowError, message});
  t.false(error?.message.includes('\n'));
});

test('a file below a file is refused', refusedAlike, [[file('f'), file('f/x')]], /"f\/x" lies or links below "f"/);
test('a parent behind a circle of symlinks is refused', refusedAlike, [[symlink('l', 'm'), symlink('m', 'l'), file('l/x')]], /too many symlinks/);
test('a parent that is a dangling symlink is refused', refusedAlike, [[symlink('l', 'nowhere'), file('l/x')]], /"l\/x" lies or links below/);
test('a hard link to a file of a lower layer is refused', refusedAlike, [base, [link('h', 'usr/bin/a')]], /"h" lies or links below "usr"/);
test('a hard link to a directory is refused', refusedAlike, [[...base, link('h', 'usr')]], /hard link to "usr"/);
test('two entries of one name are refused', refusedAlike, [[file('f', 'one'), file('./f', 'two')]], /"\.\/f" is there twice/);
test('a hard link to itself is refused', refusedAlike, [[file('h'), link('/h', 'h')]], /hard link to "h"/);
test('a symlink without a target is refused', refusedAlike, [[symlink('e', '')]], /"e" is a symlink without a target/);
test('a whiteout of nothing is refused', refusedAlike, [base, [file('usr/.wh.', '')]], /whiteout of nothing/);
