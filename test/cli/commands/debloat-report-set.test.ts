import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import test from 'ava';
import {readImageArchive} from '../../../src/image/image-archive.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {directory, file, makeArchive, streamOf} from '../../image/archives.js';
import {root, temporaryStore, winnow} from '../run-winnow.js';

const readSchema = async (name: string): Promise<object> => JSON.parse(await readFile(path.join(root, 'docs/schema', name), 'utf8')) as object;

test('the report of several images is as its schema says', async (t) => {
  const store = await temporaryStore(t);
  const shared = [directory('d'), file('d/gone', 'x'.repeat(50_000)), file('d/a')];
  const configs = await Promise.all(['shop', 'mail'].map(async (name) => {
    const bytes = await makeArchive([shared, [file(name)]], {format: 'oci', tag: `${name}:1`});
    await writeFile(path.join(store, `${name}.tar`), bytes);
    const {image, files} = await readImageArchive(streamOf(bytes), {name: `${name}:1`});
    return {schema: 'winnow.debloat/1', image, files: files.map((item) => ({path: item.path, decision: item.path === '/d/gone' ? 'remove' : 'keep'}))};
  }));
  await writeFile(path.join(store, 'plan.json'), JSON.stringify({schema: 'winnow.plan-set/1', images: configs}));
  const {code, err} = await winnow([
    'debloat', `oci-archive:${store}/shop.tar`, `oci-archive:${store}/mail.tar`, '--plan', path.join(store, 'plan.json'), '--no-verify', '--report', path.join(store, 'report.json'),
    '--tag', `oci-archive:${store}/shop-slim.tar`, '--tag', `oci-archive:${store}/mail-slim.tar`,
  ], {env: {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'}});
  t.deepEqual([code, err], [ExitCode.done, '']);

  const report = JSON.parse(await readFile(path.join(store, 'report.json'), 'utf8')) as {readonly sharedLayers: object};
  const ajv = new Ajv2020({strict: true, allowUnionTypes: true, schemas: [await readSchema('winnow.report.1.json')]});
  const validate = ajv.compile(await readSchema('winnow.report-set.1.json'));
  t.true(validate(report), ajv.errorsText(validate.errors));
  t.deepEqual(report.sharedLayers, {before: 1, after: 1});
  t.false(validate({...report, images: [{}, {}]}), 'the schema lets anything pass');
});
