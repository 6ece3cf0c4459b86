import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import {busybox, ensureTestImages} from '../../capture/images.js';
import {removeLater, uniqueTag} from '../../image/engine-truth.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

const base = uniqueTag('several-base');
const [shop, mail] = ['shop', 'mail'].map((name) => uniqueTag(`several-${name}`)) as [string, string];
const store = path.join(tmpdir(), base.replace(':', '-'));

/** Two images on one base; each reads one of its files, and neither the third. */
test.before(async () => {
  await ensureTestImages();
  const context = path.join(store, 'context');
  await mkdir(context, {recursive: true});
  await Promise.all(['one', 'two', 'none', 'shop', 'mail'].map((name) => writeFile(path.join(context, name), name.repeat(20_000))));
  const build = (tag: string, dockerfile: string) =>
    execa('docker', ['build', '--quiet', '--network=none', `--tag=${tag}`, '--file=-', context], {input: dockerfile, env: {DOCKER_BUILDKIT: '0'}});
  await build(base, `FROM ${busybox}\nRUN mkdir -m 750 /srv\nCOPY one two /srv/\nCOPY none /opt/\n`);
  await build(shop, `FROM ${base}\nCOPY shop /srv/\nCMD ["cat", "/srv/one", "/srv/shop"]\n`);
  await build(mail, `FROM ${base}\nCOPY mail /srv/\nCMD ["cat", "/srv/two", "/srv/mail"]\n`);
  for (const tag of [shop, mail]) {
    const {err, code} = await winnow(['profile', tag, '--store', store, '--backend=ebpf', '--docker-arg=--network=none']);
    if (code !== ExitCode.done) {
      throw new Error(err);
    }
  }
});

test.after.always(async () => {
  await execa('docker', ['rmi', '--force', shop, mail, base], {reject: false});
  await rm(store, {recursive: true, force: true});
});

const inspect = async (tag: string, format: string): Promise<string> => (await execa('docker', ['image', 'inspect', `--format={{${format}}}`, tag])).stdout;
const layersOf = async (tag: string): Promise<string[]> => JSON.parse(await inspect(tag, 'json .RootFS.Layers')) as string[];
/** Where the engine keeps all layers but the top one. */
const lowerOf = (tag: string): Promise<string> => inspect(tag, '.GraphDriver.Data.LowerDir');
const listed = async (tag: string): Promise<string[]> => linesOf((await execa('docker', ['run', '--rm', '--network=none', tag, 'ls', '/srv'])).stdout);

// One after the other: both may try the same image, and the one that is done with it takes it away.
test.serial('two images are debloated at once, and the layers that they share stand once on disk', async (t) => {
  const names = ['shop-slim', 'mail-slim', 'shop-rest', 'mail-rest', 'back'].map((name) => uniqueTag(name)) as [string, string, string, string, string];
  const [shopSlim, mailSlim, shopRest, mailRest, back] = names;
  names.forEach((tag) => removeLater(t, tag));
  const plan = path.join(store, 'both.json');
  const report = path.join(store, 'report.json');
  t.is((await winnow(['plan', shop, mail, '--store', store, '--remove=/srv/one', '--keep=ls', '--output', plan])).code, ExitCode.done);
  const {code, out, err} = await winnow([
    'debloat', shop, mail, '--store', store, '--plan', plan, '--report', report, '--tag', shopSlim, '--tag', mailSlim, '--remainder', shopRest, '--remainder', mailRest,
  ]);
  t.is(code, ExitCode.done, err);
  t.regex(err, /attempt 1: workload "default": .*came back/, 'what the plan removed came back for the one that reads it');
  t.regex(out, /^shared: 4 layers, as before$/m);

  const [shopLayers, mailLayers] = [await layersOf(shopSlim), await layersOf(mailSlim)];
  t.deepEqual(shopLayers.slice(0, -1), mailLayers.slice(0, -1));
  t.notDeepEqual(shopLayers.slice(0, -1), (await layersOf(shop)).slice(0, -1), 'they were rewritten');
  t.is(await lowerOf(shopSlim), await lowerOf(mailSlim));
  t.deepEqual(await listed(shopSlim), ['one', 'shop', 'two']);
  t.deepEqual(await listed(mailSlim), ['mail', 'one', 'two'], 'a file that the other one keeps takes no more room');
  t.deepEqual((await layersOf(shopRest))[0], (await layersOf(mailRest))[0]);

  const {images} = JSON.parse(await readFile(report, 'utf8')) as {images: {verification: {status: string; workloads: string[]}; removed: {path: string}[]}[]};
  t.deepEqual(images.map(({verification: {status}}) => status), ['passed', 'passed']);
  t.true(images.every(({removed}) => removed.some(({path: gone}) => gone === '/opt/none')));
  for (const [slim, original] of [[shopSlim, shop], [mailSlim, mail]] as const) {
    t.is((await winnow(['debloat', slim, '--check'])).code, ExitCode.done);
    t.is((await winnow(['restore', slim, '--tag', back])).code, ExitCode.done);
    t.is(await inspect(back, '.Id'), await inspect(original, '.Id'));
  }
});

test.serial('without a pass of each none is tagged', async (t) => {
  const names = ['shop-slim', 'mail-slim'].map((name) => uniqueTag(name)) as [string, string];
  names.forEach((tag) => removeLater(t, tag));
  const plan = path.join(store, 'mail-fails.json');
  t.is((await winnow(['plan', shop, mail, '--store', store, '--remove=/srv/mail', '--output', plan])).code, ExitCode.done);
  const {code, err} = await winnow(['debloat', shop, mail, '--store', store, '--plan', plan, '--max-repairs=0', '--tag', names[0], '--tag', names[1]]);
  t.is(code, ExitCode.threshold);
  t.regex(err, new RegExp(`${mail} is not debloated: workload "default" does not pass`));
  for (const tag of names) {
    t.not((await execa('docker', ['image', 'inspect', tag], {reject: false})).exitCode, 0);
  }
});

test('what does not go with several images is told', async (t) => {
  const none = await temporaryStore(t);
  const cases: [readonly string[], RegExp][] = [
    [['--tag=a:1'], /2 images, but 1 of --tag and 0 of --remainder; give each image its own/],
    [['--tag=a:1', '--tag=a:2', '--remainder=a:3'], /2 images, but 2 of --tag and 1 of --remainder/],
    [['--check'], /--check takes one image/],
    [['--tag=a:1', '--tag=a:1'], /a:1 is named twice/],
    [['--tag=a:1', '--tag=a:2', '--exec=true', '--store', store], /--exec, --test and --http are for one image/],
    [['--tag=a:1', '--tag=a:2', '--store', none], new RegExp(`there are no runs of ${shop} .*winnow profile ${shop}$`, 'm')],
  ];
  for (const [args, message] of cases) {
    const {code, out, err} = await winnow(['debloat', shop, mail, ...args]);
    t.deepEqual([code, out, linesOf(err).length], [message.source.includes('no runs') ? ExitCode.failed : ExitCode.usage, '', 1], err);
    t.regex(err, message);
  }
  const twice = await winnow(['debloat', shop, shop, '--tag=a:1', '--tag=a:2', '--store', store]);
  t.is(twice.code, ExitCode.usage);
  t.regex(twice.err, /is named twice; name each image once/);
});
