import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {ExitCode} from '../../../src/model/exit-code.js';
import {followsSchema} from '../../follows-schema.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';
import {addRun, smallImage} from '../small-store.js';

const status = (version: string): string => `Package: shop\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;

test('two images differ in packages and files', async (t) => {
  const store = await temporaryStore(t);
  const a = await smallImage(t, {'srv/same': 'x', 'srv/gone': 'gone', 'srv/same-size': 'aaaa', 'srv/grown': 'a', 'var/lib/dpkg/status': status('1.0')});
  const b = await smallImage(t, {'srv/same': 'x', 'srv/made': 'made!', 'srv/same-size': 'bbbb', 'srv/grown': 'aa', 'var/lib/dpkg/status': status('1.1')});
  const {code, out, err} = await winnow(['diff', a, b, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.deepEqual(linesOf(out).filter((line) => !line.includes('dpkg')), [
    '~ package shop  1.0 → 1.1',
    '- /srv/gone  4 B',
    '+ /srv/made  5 B',
    '~ /srv/grown  1 B → 2 B',
    '~ /srv/same-size  other content',
    '1 path less, 1 more, 3 changed; 86 B → 88 B (+2 B)',
  ]);
  const document = await followsSchema(t, 'winnow.diff.1', (await winnow(['diff', a, b, '--store', store, '--json'])).out) as {kind: string; onlyInA: {path: string}[]; packages: unknown};
  t.like(document, {kind: 'image', packages: [{name: 'shop', a: '1.0', b: '1.1'}]});
  t.deepEqual(document.onlyInA.map((file) => file.path), ['/srv/gone']);
});

test('profiles of two images, and one that was kept as a file, differ in what runs wanted', async (t) => {
  const store = await temporaryStore(t);
  const contents = {'srv/a': 'a', 'srv/b': 'b', 'srv/c': 'c'};
  const [a, b] = [await smallImage(t, contents), await smallImage(t, {...contents, 'srv/d': 'd'})];
  await addRun(store, a, ['/srv/a', '/srv/b']);
  await addRun(store, b, ['/srv/b', '/srv/d']);
  const {code, out, err} = await winnow(['diff', a, b, '--profiles', '--store', store]);
  t.is(code, ExitCode.done, err);
  t.deepEqual(linesOf(out).slice(0, -1), ['- /srv/a', '+ /srv/d']);
  t.regex(out, /^1 path less, 1 more, 0 changed; 1 run → 1, risk up to /m);
  await followsSchema(t, 'winnow.diff.1', (await winnow(['diff', a, b, '--profiles', '--store', store, '--json'])).out);
  const kept = path.join(store, 'kept.json');
  await writeFile(kept, (await winnow(['train', a, '--store', store, '--json'])).out);
  t.deepEqual(linesOf((await winnow(['diff', kept, b, '--profiles', '--store', store])).out), linesOf(out));
});

test('two runs differ as winnow runs diff says', async (t) => {
  const store = await temporaryStore(t);
  const image = await smallImage(t, {'srv/a': 'a', 'srv/b': 'b'});
  const [a, b] = [await addRun(store, image, ['/srv/a']), await addRun(store, image, ['/srv/b'])];
  t.deepEqual(linesOf((await winnow(['diff', a, b, '--store', store])).out), ['- /srv/a', '+ /srv/b']);
  const mixed = await winnow(['diff', a, image, '--store', store]);
  t.is(mixed.code, ExitCode.usage);
  t.regex(mixed.err, / is a run, and .* an image; give two of one kind/);
});

test('a file that is no profile is refused in one line', async (t) => {
  const store = await temporaryStore(t);
  const file = path.join(store, 'notes.json');
  await writeFile(file, '{"schema": "winnow.debloat/1"}');
  const {code, err} = await winnow(['diff', file, file, '--store', store]);
  t.is(code, ExitCode.usage);
  t.is(linesOf(err).length, 1, err);
});
