import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import test from 'ava';
import type {VendorManifest} from '../../scripts/vendor-manifest.js';

const vendored = async (file: string): Promise<Buffer> => readFile(new URL(`../../vendor/${file}`, import.meta.url));

test('the manifest names each browser bundle with its content, origin, version and licence', async (t) => {
  const {files} = JSON.parse((await vendored('manifest.json')).toString('utf8')) as VendorManifest;
  for (const name of ['d3.js', 'chart.js']) {
    const entry = files.find(({file}) => file === name);
    t.is(entry?.sha256, createHash('sha256').update(await vendored(name)).digest('hex'));
    for (const {origin, version, licence, licenceFile} of entry?.packages ?? []) {
      t.regex(origin, /^https:\/\/github\.com\//);
      t.regex(version, /^\d+\.\d+\.\d+/);
      t.regex(licence, /^(ISC|MIT|BSD-3-Clause)$/);
      t.true(licenceFile !== null && (await vendored(licenceFile)).length > 400);
    }
  }
  t.true((files.find(({file}) => file === 'd3.js')?.packages.length ?? 0) > 25);
});
