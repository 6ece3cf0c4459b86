import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {parseReadiness} from '../../src/capture/readiness.js';
import {keepWorkload, readKeptWorkloads} from '../../src/cli/kept-workloads.js';
import {temporaryStore} from './run-winnow.js';

const imageId = `sha256:${'ab'.repeat(32)}`;
const plain = {workload: 'plain', command: [], dockerArgs: [], ready: {by: 'started'}, duration: {until: 'done'}, steps: [], services: []} as const;

test('a workload comes back as it was run', async (t) => {
  const store = await temporaryStore(t);
  await keepWorkload(store, imageId, {
    workload: 'served',
    command: ['sh', '-c', 'echo "$A"'],
    dockerArgs: ['--env', 'A=a b', '--network=none', '-p', '80:80', '--init'],
    ready: parseReadiness('log:ready: (yes|true)'),
    duration: {until: 'time', ms: 1500},
    steps: [{kind: 'exec', command: 'true'}, {kind: 'test', command: 'test 1 = 1'}, {kind: 'http', url: 'http://{address}/'}],
    services: [{name: 'db', image: 'db:1', command: ['serve'], dockerArgs: [], ready: parseReadiness('tcp:db:5432'), capture: true}],
  });
  t.deepEqual(await readKeptWorkloads(store, imageId), [{
    workload: 'served',
    command: ['sh', '-c', 'echo "$A"'],
    dockerArgs: ['--env=A=a b', '--network=none', '-p=80:80', '--init'],
    ready: {by: 'log', pattern: /ready: (yes|true)/},
    duration: 1500,
    steps: [{kind: 'exec', command: 'true'}, {kind: 'test', command: 'test 1 = 1'}, {kind: 'http', url: 'http://{address}/'}],
    services: [{name: 'db', image: 'db:1', command: ['serve'], dockerArgs: [], ready: {by: 'tcp', host: 'db', port: 5432}, capture: true}],
  }]);
});

test('equal workloads are kept once, of each image for itself, in the order of their names', async (t) => {
  const store = await temporaryStore(t);
  for (const workload of ['b', 'a', 'b']) {
    await keepWorkload(store, imageId, {...plain, workload});
  }
  await keepWorkload(store, `sha256:${'cd'.repeat(32)}`, plain);
  t.deepEqual((await readKeptWorkloads(store, imageId)).map(({workload}) => workload), ['a', 'b']);
  t.deepEqual(await readKeptWorkloads(store, `sha256:${'ef'.repeat(32)}`), []);
});

test('only the owner reads what may hold a secret', async (t) => {
  const store = await temporaryStore(t);
  await keepWorkload(store, imageId, {...plain, dockerArgs: ['--env=TOKEN=x']});
  const directory = path.join(store, 'workloads', 'ab'.repeat(32));
  const [file = ''] = await readdir(directory);
  t.is((await stat(path.join(directory, file))).mode & 0o777, 0o600);
});
