import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {type ContainerPath, pathFromBytes, pathFromText, pathToBytes} from '../../src/model/container-path.js';
import {debloatDocument} from '../../src/plan/debloat-document.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {aggregateRuns} from '../../src/store/aggregate.js';
import {writeRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {ImageTree} from '../../src/image/tree.js';
import {sampleRow, temporaryDirectory} from '../store/fixtures.js';
import {makeIndex, makeMetadata} from '../train/make.js';

interface ConfigPath {
  readonly path: string;
  readonly pathEncoding?: 'percent';
  readonly decision: string;
}

const slash = 0x2f;
/** Any bytes that Linux takes as a name: random ones, and those at the borders of UTF-8 and of percent-encoding. */
const name = fc
  .oneof(
    fc.uint8Array({min: 1, minLength: 1, maxLength: 20}),
    fc.array(fc.constantFrom(0x25, 0x30, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xb3, 0xf0, 0x9f, 0xff, 0x0a, 0x5c), {minLength: 1, maxLength: 8}).map((bytes) => Uint8Array.from(bytes)),
    fc.string({unit: 'grapheme', minLength: 1, maxLength: 6}).map((text) => Uint8Array.from(Buffer.from(text, 'utf8'))),
  )
  .filter((bytes) => !bytes.includes(slash) && !bytes.includes(0) && !['.', '..'].includes(Buffer.from(bytes).toString('latin1')));

test('names of any bytes go through run file, aggregation, profile and config, and come back byte for byte', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, {minLength: 2, maxLength: 12, selector: (bytes) => Buffer.from(bytes).toString('hex')}), async (names) => {
      const store = await temporaryDirectory(t);
      const original = names.map((bytes) => Buffer.concat([Buffer.from('/srv/'), bytes]));
      const paths = original.map((bytes) => pathFromBytes(bytes));
      const touched = paths.filter((_, index) => index % 2 === 0);
      for (const number of [1, 2]) {
        await writeRun(store, {metadata: makeMetadata({}, number), rows: touched.map((path) => sampleRow({path, op: 'read'}))});
      }

      const index = makeIndex(Object.fromEntries(paths.map((path) => [path, {}])));
      const profile = trainProfile(await aggregateRuns(store, await listRuns(store)), index, new ImageTree(index));
      const document = JSON.stringify(debloatDocument(planDebloat(profile, index, {maxRisk: 1, keep: [], remove: []})));
      // As a config is read by whoever gets the file: bytes on disk, JSON, percent-encoding undone.
      const {files} = JSON.parse(Buffer.from(document, 'utf8').toString('utf8')) as {files: ConfigPath[]};
      const readBack = (path: ConfigPath): ContainerPath => pathFromText({text: path.path, encoded: path.pathEncoding === 'percent'});
      const hex = (list: readonly Uint8Array[]): string[] => list.map((bytes) => Buffer.from(bytes).toString('hex')).sort();

      const inConfig = files.filter(({path}) => path !== '/srv');
      t.deepEqual(hex(inConfig.map((file) => pathToBytes(readBack(file)))), hex(original));
      const kept = inConfig.filter(({decision}) => decision === 'keep').map((file) => pathToBytes(readBack(file)));
      t.deepEqual(hex(kept), hex(touched.map(pathToBytes)));
    }),
    {numRuns: 40},
  );
});
