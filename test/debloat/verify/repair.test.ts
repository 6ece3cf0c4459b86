import test from 'ava';
import {addBack, pathsToAddBack} from '../../../src/debloat/verify/repair.js';
import {ImageTree} from '../../../src/image/tree.js';
import type {FileDecision} from '../../../src/model/debloat-config.js';
import type {ImageFile, ImageIndex} from '../../../src/model/image-index.js';

const entry = (path: string, part: Partial<ImageFile> = {}): ImageFile => ({
  path, type: 'file', layer: 0, bytes: 10, mode: 0o755, uid: 0, gid: 0, linkTarget: null, hardLinkGroup: null, package: null, interpreter: null, digest: null, ...part,
});
const index: ImageIndex = {
  image: {name: 'x', id: 'sha256:1', layers: []},
  files: [
    entry('/bin', {type: 'directory', bytes: 0}),
    entry('/bin/report', {interpreter: '/bin/sh', package: 'report'}),
    entry('/bin/report-all', {package: 'report', bytes: 2 ** 20}),
    entry('/bin/report-huge', {package: 'report', bytes: 3 * 2 ** 20}),
    entry('/bin/sh', {package: 'dash', hardLinkGroup: 1}),
    entry('/bin/sh.real', {package: 'dash', hardLinkGroup: 1}),
    entry('/data', {type: 'directory', bytes: 0}),
    entry('/data/a'),
    entry('/data/deep', {type: 'directory', bytes: 0}),
    entry('/data/deep/b'),
  ],
};
const tree = new ImageTree(index);
const all = new Set(index.files.map(({path}) => path));
const back = (missed: readonly string[], listed: readonly string[], attempt = 1, removed: ReadonlySet<string> = all): string[] =>
  [...pathsToAddBack({missed: new Set(missed), listed: new Set(listed)}, index, tree, removed, attempt).keys()].sort();

test('what was missed comes back with its interpreter, hard links, neighbours and directories', (t) => {
  t.deepEqual(back(['/bin/report'], []), ['/bin', '/bin/report', '/bin/report-all', '/bin/sh', '/bin/sh.real']);
});

test('a further attempt allows larger neighbours', (t) => {
  t.true(back(['/bin/report'], [], 2).includes('/bin/report-huge'));
});

test('only what was removed comes back', (t) => {
  t.deepEqual(back(['/bin/report'], [], 1, new Set(['/bin/report', '/bin/sh'])), ['/bin/report', '/bin/sh']);
});

test('where nothing was missed, what went from listed directories comes back, but not what lies deeper', (t) => {
  t.deepEqual(back([], ['/data']), ['/data', '/data/a', '/data/deep']);
  t.deepEqual(back([], ['/elsewhere']), []);
});

test('decisions say why a path is back', (t) => {
  const file: FileDecision = {path: '/data/a', layer: 0, type: 'file', bytes: 10, package: null, probability: 0.1, interval: [0, 1], decision: 'remove', reason: 'not observed'};
  const kept: FileDecision = {...file, path: '/bin/sh', decision: 'keep', reason: 'observed'};
  t.deepEqual(addBack([file, kept], new Map([['/data/a', 'missed in verification'], ['/bin/sh', 'other']])), [{...file, decision: 'keep', reason: 'missed in verification'}, kept]);
});
