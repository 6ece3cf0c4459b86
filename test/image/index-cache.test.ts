import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {listCachedImages, loadImageIndex, readCachedIndex} from '../../src/image/index-cache.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {directory, file, link, makeArchive, symlink} from './archives.js';
import {loadArchive, uniqueTag} from './engine-truth.js';

async function makeStore(t: ExecutionContext): Promise<string> {
  const store = await mkdtemp(path.join(tmpdir(), 'winnow-test-store-'));
  t.teardown(() => rm(store, {recursive: true}));
  return store;
}

async function makeImage(t: ExecutionContext, name = 'cache'): Promise<string> {
  const tag = uniqueTag(name);
  await loadArchive(t, await makeArchive([[directory('d'), file('d/é'), link('d/l', 'd/é'), symlink('s', 'd'), file(tag)]], {tag}), tag);
  return tag;
}

const cacheFile = (store: string, id: string) => path.join(store, 'images', `${id.replace('sha256:', '')}.json.gz`);

test('a loaded index is kept, and comes back whole without an engine', async (t) => {
  const [store, tag, engine] = [await makeStore(t), await makeImage(t), await openEngine()];
  const index = await loadImageIndex(engine, tag, store);
  t.deepEqual(index, await readEngineImage(engine, tag));
  t.deepEqual(await readCachedIndex(store, index.image.id), index);
  t.deepEqual(await listCachedImages(store), [index.image]);
  t.deepEqual(await readdir(path.join(store, 'images')), [path.basename(cacheFile(store, index.image.id))]);
});

test('a kept index is not read from the engine again, and bears the name asked for', async (t) => {
  const [store, tag, engine] = [await makeStore(t), await makeImage(t), await openEngine()];
  const {image} = await loadImageIndex(engine, tag, store);
  const text = gunzipSync(await readFile(cacheFile(store, image.id))).toString('utf8');
  await writeFile(cacheFile(store, image.id), gzipSync(text.replace('"package":null', '"package":"marked"')));
  const again = await loadImageIndex(engine, image.id, store);
  t.is(again.files.filter((file) => file.package === 'marked').length, 1);
  t.is(again.image.name, image.id);
});

const rebuilt = test.macro(async (t: ExecutionContext, damage: (content: Buffer) => Buffer) => {
  const [store, tag, engine] = [await makeStore(t), await makeImage(t), await openEngine()];
  const index = await loadImageIndex(engine, tag, store);
  const whole = await readFile(cacheFile(store, index.image.id));
  await writeFile(cacheFile(store, index.image.id), damage(whole));
  t.is(await readCachedIndex(store, index.image.id), null);
  t.deepEqual(await listCachedImages(store), []);
  t.deepEqual(await loadImageIndex(engine, tag, store), index);
  t.deepEqual(await readFile(cacheFile(store, index.image.id)), whole);
});

const edited = (from: string | RegExp, to: string) => (content: Buffer) => gzipSync(gunzipSync(content).toString('utf8').replace(from, to));

test('an empty cache file is made again', rebuilt, () => Buffer.alloc(0));
test('a cut cache file is made again', rebuilt, (content) => content.subarray(0, content.length / 2));
test('a cache file that is not gzip is made again', rebuilt, () => Buffer.from('{}'));
test('a cache file that is not JSON is made again', rebuilt, edited('{', '['));
test('a cache file of another version is made again', rebuilt, edited('winnow.image-index/4', 'winnow.image-index/3'));
test('a cache file with a field of a wrong type is made again', rebuilt, edited('"mode":', '"mode":"rwx","old":'));
test('a cache file of another image is made again', rebuilt, edited(/(?<="id":"sha256:)[0-9a-f]{64}/, 'f'.repeat(64)));

test('an empty store has no images', async (t) => {
  const store = await makeStore(t);
  t.deepEqual(await listCachedImages(store), []);
  t.is(await readCachedIndex(store, `sha256:${'0'.repeat(64)}`), null);
});

test('several loads at once leave one whole file', async (t) => {
  const [store, tag, engine] = [await makeStore(t), await makeImage(t), await openEngine()];
  const indexes = await Promise.all([1, 2, 3].map(() => loadImageIndex(engine, tag, store)));
  t.deepEqual(indexes[1], indexes[0]);
  t.deepEqual(await readCachedIndex(store, indexes[0]?.image.id ?? ''), indexes[0] ?? null);
  t.is((await readdir(path.join(store, 'images'))).length, 1);
});

test('a store that cannot be written is told in one line', async (t) => {
  const [store, tag, engine] = [await makeStore(t), await makeImage(t), await openEngine()];
  await mkdir(path.join(store, 'file'));
  await writeFile(path.join(store, 'file', 'images'), '');
  await t.throwsAsync(loadImageIndex(engine, tag, path.join(store, 'file')), {instanceOf: WinnowError, message: /file index cannot be kept: E/});
});
