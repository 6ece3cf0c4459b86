import test from 'ava';
import fc from 'fast-check';
import {learnPrefetch} from '../../../src/plan/prefetch/learn-prefetch.js';
import {listNeighbourhoods, relations} from '../../../src/plan/prefetch/neighbourhoods.js';
import {addCounts, cells, countNovel} from '../../../src/plan/prefetch/novel-counts.js';
import {novelPrior} from '../../../src/plan/prefetch/novel-prior.js';
import {makeFiles, makeRecorded, prices, suggest} from './make.js';

const modules = ['red', 'green', 'blue', 'grey'].flatMap((name) => ['a', 'b', 'c', 'd'].map((part) => `/lib/${name}/${part}.py`));
const image = makeFiles([...modules, '/bin/run', '/bin/other', '/etc/conf', '/usr/bin/x', '/usr/bin/y', '/usr/bin/z', '/usr/bin/w']);
const moduleOf = (name: string): string[] => modules.filter((path) => path.startsWith(`/lib/${name}/`));

test('what runs needed together is fetched together', (t) => {
  const model = learnPrefetch(makeRecorded(image, [['smoke', '/bin/run', '/etc/conf', ...moduleOf('red')], ['smoke', '/bin/run', '/etc/conf', ...moduleOf('red')]]), prices);
  t.deepEqual(suggest(model, image, ['/bin/run']), [['/etc/conf', ...moduleOf('red')]]);
});

test('misses tell which way a run goes', (t) => {
  const runs = Array.from({length: 6}, (_, at) => ['smoke', '/bin/run', ...moduleOf(at % 2 === 0 ? 'red' : 'green')] as const);
  const [first = []] = suggest(learnPrefetch(makeRecorded(image, runs), prices), image, ['/lib/green/a.py']);
  t.deepEqual(first.slice(0, 4), ['/bin/run', ...moduleOf('green').slice(1)]);
});

test('what is there is not fetched, and nothing twice', (t) => {
  const model = learnPrefetch(makeRecorded(image, [['smoke', '/bin/run', '/etc/conf', ...moduleOf('red')]]), prices);
  t.deepEqual(suggest(model, image, ['/bin/run', '/lib/red/a.py'], ['/etc/conf', '/lib/red/b.py']), [['/lib/red/a.py', '/lib/red/c.py', '/lib/red/d.py'], []]);
});

test('where kinds of runs that are new need whole directories, a directory that nobody needed comes whole', (t) => {
  const model = learnPrefetch(makeRecorded(image, ['red', 'green', 'blue'].map((name) => [name, '/bin/run', ...moduleOf(name)] as const)), prices);
  t.deepEqual(suggest(model, image, ['/lib/grey/b.py'], ['/bin/run']), [['/lib/grey/a.py', '/lib/grey/c.py', '/lib/grey/d.py']]);
});

test('where prefetching files that nobody needed does not pay, there is none', (t) => {
  const large = makeFiles(['/bin/run', '/usr/bin/x', '/usr/bin/y', '/usr/bin/z', '/usr/bin/w'], {bytes: 200_000});
  const model = learnPrefetch(makeRecorded(large, ['x', 'y', 'z'].map((name) => [name, '/bin/run', `/usr/bin/${name}`] as const)), prices, novelPrior.map(() => 0.9));
  t.is(model.novel, null);
  t.deepEqual(suggest(model, large, ['/usr/bin/w'], ['/bin/run']), [[]]);
});

test('one hard-linked name stands for the content', (t) => {
  const linked = makeFiles(['/opt/a', '/opt/b', '/opt/c'], {hardLinkGroup: 1});
  t.deepEqual(listNeighbourhoods(linked.files).sets.flatMap(({members}) => members.map((at) => linked.files[at]?.path)), ['/opt/a', '/opt/a', '/opt/a']);
});

test('without runs nothing is known, and nothing breaks', (t) => {
  const model = learnPrefetch({files: image.files, sequences: [], kinds: []}, prices);
  t.deepEqual([model.groups, model.episodes], [[], []]);
  t.true((model.novel?.byCell ?? []).every((rate) => rate >= 0 && rate <= 1));
  t.notThrows(() => suggest(model, image, ['/usr/bin/x']));
});

test('a shipped rate stands for each cell, and is a probability', (t) => {
  t.is(novelPrior.length, cells);
  t.is(cells, relations.length * 10);
  t.true(novelPrior.every((rate) => rate >= 0 && rate < 1));
});

const run = fc.tuple(fc.constantFrom('k1', 'k2', 'k3'), fc.uniqueArray(fc.constantFrom(...image.files.filter(({type}) => type === 'file').map(({path}) => path))));

test('the order of runs changes nothing, and rates are probabilities', (t) => {
  fc.assert(fc.property(fc.array(run, {maxLength: 8}), (runs) => {
    const learn = (order: typeof runs) => learnPrefetch(makeRecorded(image, order.map(([kind, paths]) => [kind, ...paths] as const)), prices);
    const model = learn(runs);
    t.deepEqual(learn(runs.toReversed()), model);
    for (const rate of model.novel?.byCell ?? []) {
      t.true(rate >= 0 && rate <= 1);
    }
    const suggested = suggest(model, image, runs.flatMap(([, paths]) => paths)).flat();
    t.is(new Set(suggested).size, suggested.length);
  }), {numRuns: 60});
});

test('counts of runs add up', (t) => {
  const neighbourhoods = listNeighbourhoods(image.files);
  const {sequences} = makeRecorded(image, [['a', ...moduleOf('red')], ['b', '/lib/green/a.py', '/lib/green/b.py']]);
  const [red, green] = sequences.map((sequence) => countNovel([sequence], neighbourhoods, () => false));
  const both = addCounts([red, green].flatMap((part) => part ?? []));
  t.is(both.byCell.reduce((sum, {trials}) => sum + trials, 0), [red, green].flatMap((part) => part?.byCell ?? []).reduce((sum, {trials}) => sum + trials, 0));
  t.deepEqual(addCounts([both]), both);
});
