import {Buffer} from 'node:buffer';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {planSplits} from '../../src/debloat/plan-split.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {directory, type Entry, file, link, makeTar, opaque, symlink, whiteout} from '../image/archives.js';
import {chooseRemoved, layerEntries, makeTars} from './any-layers.js';
import {join, list, split, viewOf, without} from './layers.js';

/** What stays is what was there less what goes, and both parts make the original again. */
const splitsWell = test.macro(async (t: ExecutionContext, layers: readonly (readonly Entry[])[], removes: readonly string[], changed: readonly boolean[]) => {
  const tars = await makeTars(layers);
  const image = await split(tars, removes);
  const before = await viewOf(tars);
  t.deepEqual(removes.filter((name) => !before.has(name)), []);
  t.deepEqual(await viewOf(image.kept), without(before, removes));
  t.deepEqual(await join(image), tars);
  t.deepEqual(image.isChanged, changed);
  image.kept.forEach((layer, at) => t.is(layer.equals(tars[at] ?? layer), changed[at] !== true));
});

test('a removed file leaves its layer, and a layer without removals stays as it is', splitsWell,
  [[directory('d'), file('d/a'), file('d/b')], [file('e')]], ['/d/a'], [true, false]);

test('a removed file does not come back from a lower layer', splitsWell,
  [[file('a', 'lower'), file('b')], [file('a', 'upper')]], ['/a'], [true, true]);

test('what an upper layer hides goes, and the whiteout stays', splitsWell,
  [[directory('d'), file('d/hidden'), file('kept'), file('replaced', 'one')], [whiteout('d/hidden'), file('replaced', 'two')]], [], [true, false]);

test('opaque directories stay opaque', splitsWell,
  [[directory('d'), file('d/lower')], [directory('d'), opaque('d'), file('d/upper'), file('d/gone')]], ['/d/gone'], [true, true]);

test('a removed directory takes its whiteouts along', splitsWell,
  [[directory('d'), file('d/x'), file('y')], [whiteout('d/x'), file('d/z')]], ['/d', '/d/z'], [true, true]);

test('a directory that only a removed file made stays as it was', splitsWell,
  [[{...directory('d'), mode: 0o700}, file('e')], [file('d/sub/gone'), file(`${'n'.repeat(90)}/${'m'.repeat(90)}/gone`)]],
  ['/d/sub/gone', `/${'n'.repeat(90)}/${'m'.repeat(90)}/gone`], [false, true]);

test('all names of a file go together', splitsWell, [[file('a', 'x'), link('b', 'a'), link('c', 'b'), file('d')]], ['/a', '/b', '/c'], [true]);

test('a hard link may go while its file stays', splitsWell, [[file('a', 'x'), link('b', 'a'), link('c', 'a')]], ['/b'], [true]);

test('a hidden name stays while a link to it is seen', splitsWell,
  [[file('a', 'x'), link('b', 'a'), file('c')], [file('a', 'y')]], ['/c'], [true, false]);

test('a hidden name that stays does not come to light where what hid it goes', splitsWell,
  [[file('a', 'x'), link('b', 'a'), file('c')], [file('a', 'y')]], ['/a'], [false, true]);

test('nor does one in a directory that goes', splitsWell,
  [[directory('d'), file('d/a', 'x'), link('b', 'd/a')], [whiteout('d/a')], [file('e')]], ['/d'], [true, true, true]);

test('a layer that stands twice stays one layer', splitsWell,
  [[file('a'), file('b')], [whiteout('a')], [file('a'), file('b')]], ['/b'], [true, false, true]);

test('a file behind a symlink of its layer goes by its own place', splitsWell,
  [[directory('usr'), symlink('bin', 'usr'), file('bin/a'), file('bin/b'), link('l', 'bin/a')]], ['/usr/b'], [true]);

const refused = test.macro(async (t: ExecutionContext, layers: readonly (readonly Entry[])[], removes: readonly string[], message: RegExp) => {
  const error = await t.throwsAsync(split(await makeTars(layers), removes), {instanceOf: WinnowError, message});
  t.is(error?.exitCode, 2);
});

test('a link is not kept without its file', refused, [[file('a', 'x'), link('b', 'a')]], ['/a'], /keeps \/b and removes the file it is a hard link of, a/);
test('nothing is kept in a removed directory', refused, [[directory('d'), file('d/a')]], ['/d'], /keeps \/d\/a and removes the directory/);
test('no entry moves for want of a symlink', refused, [[directory('usr'), symlink('bin', 'usr'), file('bin/a')]], ['/bin'], /keeps \/usr\/a and removes a symlink/);

/** GNU and pax archives by tar itself, with file capabilities, a fifo, a device, odd owners and names of any bytes. */
const survives = test.macro(async (t: ExecutionContext, format: readonly string[]) => {
  const root = await mkdtemp(path.join(tmpdir(), 'winnow-test-split-'));
  t.teardown(() => rm(root, {recursive: true}));
  await execa('bash', ['-euc', `mkdir -p ${'d/'.repeat(60)} empty; cp /bin/true cap; setcap cap_net_raw+ep cap; mkfifo pipe; mknod null c 1 3
    install -m 6755 -o 3000000 -g 77 /bin/true setuid; ln cap again; touch $'l\\377tin' ${'n'.repeat(150)}; ln -s ${'t'.repeat(150)} far`], {cwd: root});
  const {stdout} = await execa('tar', ['--create', ...format, '--directory', root, '--sort=name', '.'], {encoding: 'buffer'});
  const layer = Buffer.from(stdout);
  const before = await viewOf([layer]);
  const removes = [...before.keys()].filter((name) => /cap|again|pipe|l\uDCFFtin|nnn/.test(name));
  const image = await split([layer], removes);
  t.is(removes.length, 5);
  t.deepEqual(await viewOf(image.kept), without(before, removes));
  t.deepEqual(await join(image), [layer]);
  const [kept = Buffer.alloc(0), removed = Buffer.alloc(0)] = [image.kept[0], image.removed[0]];
  t.is(kept.length + removed.length, layer.length + 1024);
  const listed = await execa('tar', ['--list', '--verbose', '--numeric-owner', '--file=-'], {input: kept});
  t.is(listed.stdout.split('\n').filter((line) => /^(-rwsr-sr-x 3000000\/77 .* \.\/setuid|crw-r--r-- 0\/0 +1,3 .* \.\/null)$/.test(line)).length, 2);
});

test('GNU archives split and join bit for bit', survives, ['--format=gnu']);
test('pax archives with extended attributes split and join bit for bit', survives, ['--format=pax', '--xattrs', '--xattrs-include=*']);

test('global headers, padding that is not zero, a long trailer and none at all survive', async (t) => {
  const [layer = Buffer.alloc(0)] = await makeTars([[file('a', 'x'), file('b', 'y')]]);
  const global = Buffer.from((await makeTar([{...file('c', 'z'), pax: {comment: 'c'}}])).subarray(0, 1024));
  global.write('g', 156);
  global.fill(' ', 148, 156);
  global.write(`${global.subarray(0, 512).reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  const odd = Buffer.concat([layer.subarray(0, 1024), global, layer.subarray(1024)]);
  odd.write('garbage', 700);
  for (const tar of [odd, Buffer.concat([odd, Buffer.alloc(9728), Buffer.from('behind the end')]), odd.subarray(0, -1024)]) {
    for (const removes of [['/a'], ['/b'], ['/a', '/b'], []]) {
      const image = await split([tar], removes, 100);
      t.deepEqual(await join(image, 100), [tar]);
      t.true((image.kept[0] ?? tar).includes('comment=c'));
    }
  }
});

test('any layers that can be loaded split into what stays and what goes, and join again', async (t) => {
  const seen = {split: 0, refused: 0};
  await fc.assert(fc.asyncProperty(fc.array(layerEntries, {minLength: 1, maxLength: 3}), fc.infiniteStream(fc.boolean()), async (layers, coin) => {
    const tars = await makeTars(layers);
    const before = await viewOf(tars).catch((error: unknown) => (fc.pre(!(error instanceof WinnowError)), Promise.reject(error as Error)));
    const gone = chooseRemoved([...before.keys()], coin);
    try {
      const image = await split(tars, gone);
      const after = await viewOf(image.kept);
      t.deepEqual(after, without(before, gone));
      t.deepEqual(await join(image), tars);
      await viewOf(image.removed); // stands by itself
      seen.split += 1;
    } catch (error) {
      if (!(error instanceof WinnowError) || error.exitCode !== 2) {
        throw error;
      }
      t.regex(error.message, /hard link|symlink of its layer/);
      seen.refused += 1;
    }
  }), {numRuns: 600, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true});
  t.true(seen.split > 100, `${seen.split} split`);
  t.true(seen.refused < seen.split, `${seen.refused} refused`);
});

test('a file that stays with other content keeps all else, and the remainder has what it held', async (t) => {
  const long = `${'n'.repeat(150)}/status`;
  const tars = await makeTars([[directory('d'), {...file('d/db', 'x'.repeat(3000)), mode: 0o4640, uid: 1000, mtime: new Date(1e12)}, link('d/again', 'd/db')], [file(long, 'old')]]);
  const replaced = new Map([['/d/db', Buffer.from('short')], [`/${long}`, Buffer.alloc(1024, 'y')]]);
  const image = await split(tars, [], undefined, replaced);
  t.deepEqual(await join(image), tars);
  const before = await viewOf(tars);
  t.deepEqual(await viewOf(image.kept), new Map([...before].map(([path, seen]) => {
    const content = replaced.get(path) ?? (path === '/d/again' ? replaced.get('/d/db') : undefined);
    return [path, content === undefined ? seen : {...seen, bytes: content.length}];
  })));
  const listed = await execa('tar', ['--list', '--verbose', '--numeric-owner', '--utc', '--file=-'], {input: image.kept[0] ?? ''});
  t.regex(listed.stdout, /^-rwSr----- 1000\/0 +5 2001-09-09 01:46 d\/db$/m);
  const {stdout} = await execa('tar', ['--extract', '--to-stdout', '--file=-', long], {input: image.kept[1] ?? ''});
  t.is(stdout, 'y'.repeat(1024));
});

test('only a kept file can have other content', async (t) => {
  const tars = await makeTars([[directory('d'), file('d/a'), link('d/b', 'd/a')]]);
  const refusal = (removes: readonly string[], path: string, message: RegExp) => t.throwsAsync(split(tars, removes, undefined, new Map([[path, Buffer.alloc(0)]])), {instanceOf: WinnowError, message});
  await refusal([], '/d', /no file that is kept/);
  await refusal([], '/none', /no file that is kept/);
  await refusal(['/d/a', '/d/b'], '/d/a', /no file that is kept/);
  await refusal([], '/d/b', /it is a hard link/);
});

test('a remainder that does not belong to the layer is told', async (t) => {
  const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = await makeTars([[file('a'), file('b'), file('c')], [file('a')]]);
  const image = await split([one], ['/b']);
  await t.throwsAsync(join({...image, removed: [Buffer.alloc(512)]}), {instanceOf: WinnowError, message: /a remainder layer has less than its recipe says/});
  await t.throwsAsync(join({...image, kept: [one]}), {instanceOf: WinnowError, message: /a debloated layer has more than its recipe says/});
  await t.throwsAsync(join({...image, kept: [two]}), {instanceOf: WinnowError, message: /a debloated layer has less/});
  for (const order of ['k1 x1', 'k0', 'k1r1', 'k-1', 'k9999999999999999']) {
    await t.throwsAsync(join({...image, recipes: [{order, inline: ''}]}), {instanceOf: WinnowError, message: /for an order/});
  }
  await t.throwsAsync(join({...image, recipes: [{order: 'i1', inline: ''}]}), {instanceOf: WinnowError, message: /a recipe has less/});
});

test('a plan of another image is refused', async (t) => {
  const [layer = Buffer.alloc(0)] = await makeTars([[file('a'), file('b')]]);
  const listing = await list(layer);
  t.throws(() => planSplits([{layers: [listing], decisions: new Map([['/a', 'keep']]), replaced: new Map()}]), {instanceOf: WinnowError, message: /it says nothing of \/b/});
  t.throws(() => planSplits([{layers: [listing], decisions: new Map([['/a', 'keep'], ['/b', 'keep'], ['/c', 'remove']]), replaced: new Map()}]), {instanceOf: WinnowError, message: /it names files that are not there/});
});
