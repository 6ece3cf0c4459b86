import {readFile} from 'node:fs/promises';
import test from 'ava';
import {Ajv2020} from 'ajv/dist/2020.js';
import type {PrefetchTable} from '../../../src/model/prefetch-table.js';
import {learnPrefetch} from '../../../src/plan/prefetch/learn-prefetch.js';
import {modelOfTable, prefetchTable} from '../../../src/plan/prefetch/table.js';
import {makeFiles, makeRecorded, prices, suggest} from './make.js';

const image = makeFiles(['/bin/run', ...['red', 'green', 'blue', 'grey\uDCFF'].flatMap((name) => ['a', 'b', 'c'].map((part) => `/lib/${name}/${part}.py`))]);
const recorded = makeRecorded(image, ['red', 'green', 'blue'].map((name) => [name, '/bin/run', `/lib/${name}/a.py`, `/lib/${name}/b.py`, '/lib/grey\uDCFF/a.py'] as const));
const index = {image: {name: 'shop:1.4', id: 'sha256:ab', layers: []}, files: image.files};

test('a table follows its schema and suggests what its model does', async (t) => {
  const model = learnPrefetch(recorded, prices);
  const table = JSON.parse(JSON.stringify(prefetchTable(model, index, prices, recorded.kinds))) as PrefetchTable;
  const schema = JSON.parse(await readFile(new URL('../../../docs/schema/winnow.prefetch.1.json', import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({strict: true, allowUnionTypes: true});
  const validate = ajv.compile(schema);
  t.true(validate(table), ajv.errorsText(validate.errors));
  t.false(validate({...table, groups: [[]]}), 'the schema lets anything pass');
  t.false(validate({...table, novel: {rates: [2], sets: []}}), 'the schema lets anything pass');
  t.not(table.novel, null);
  t.deepEqual(modelOfTable(table, index), model);
  const misses = ['/bin/run', '/lib/red/a.py', '/lib/grey\uDCFF/b.py'];
  t.deepEqual(suggest(modelOfTable(table, index), image, misses), suggest(model, image, misses));
});

test('what an index no longer has is left out', (t) => {
  const table = prefetchTable(learnPrefetch(recorded, prices), index, prices, recorded.kinds);
  const files = image.files.filter(({path}) => path !== '/lib/red/a.py');
  const model = modelOfTable(table, {...index, files});
  t.true(model.groups.every((group) => group.files.every((at) => files[at] !== undefined)));
  t.notThrows(() => suggest(model, {files, at: (path) => files.findIndex((file) => file.path === path)}, ['/lib/red/b.py']));
});
