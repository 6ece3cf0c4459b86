import {readdir, readFile} from 'node:fs/promises';
import test from 'ava';
import {packTrace, type Trace, unpackTrace} from '../../../scripts/traces.d/compact.js';
import {makeIndex} from '../../train/make.js';

test('a packed trace comes back, but for the digests', (t) => {
  const index = makeIndex({'/bin/sh': {bytes: 9, package: 'dash', digest: null}});
  const trace: Trace = {
    index,
    runs: [
      {workload: 'one', touches: [{path: '/bin/sh', ops: ['read', 'exec']}, {path: '/bin', ops: ['list']}]},
      {workload: 'two', touches: []},
    ],
  };
  t.deepEqual(unpackTrace(packTrace(trace)), trace);
});

test('the recorded traces hold images of six kinds with a dozen kinds of workload or more', async (t) => {
  const folder = new URL('../../fixtures/traces/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json.br'));
  t.deepEqual(names.sort(), ['cache', 'database', 'developer', 'python', 'ruby', 'web'].map((name) => `${name}.json.br`));
  for (const name of names) {
    const {index, runs} = unpackTrace(await readFile(new URL(name, folder)));
    t.true(index.files.length > 1000, name);
    t.true(new Set(runs.map(({workload}) => workload)).size >= 12, name);
    t.true(runs.every(({touches}) => touches.some(({ops}) => ops.includes('exec'))), name);
    t.log(`${name}: ${index.files.length} entries, ${runs.length} runs`);
  }
});
