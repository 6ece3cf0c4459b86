import {cp} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {Profile} from '../../src/model/profile.js';
import {aggregateRuns} from '../../src/store/aggregate.js';
import {writeRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {sampleMetadata, sampleRow, temporaryDirectory} from '../store/fixtures.js';
import {makeIndex} from './make.js';

const shop = makeIndex({'/srv/a': {}, '/srv/b': {}, '/srv/c': {}, '/srv/d': {}});
const runs: readonly (readonly [workload: string, ...paths: string[]])[] = [['smoke', '/srv/a', '/srv/b'], ['api', '/srv/b'], ['smoke', '/srv/a', '/srv/c'], ['api', '/srv/a']];

test('stores merged train as one that had all runs, and merging equal ones changes no bit', async (t) => {
  const [whole, even, odd] = [await temporaryDirectory(t), await temporaryDirectory(t), await temporaryDirectory(t)];
  for (const [number, [workload, ...paths]] of runs.entries()) {
    const metadata = sampleMetadata({runId: `20261124T065500Z-${String(number).padStart(8, '0')}`, workload});
    const rows = paths.map((name) => sampleRow({path: name, op: 'read'}));
    await writeRun(whole, {metadata, rows});
    await writeRun(number % 2 === 0 ? even : odd, {metadata, rows});
  }
  const train = async (store: string): Promise<Profile> => trainProfile(await aggregateRuns(store, await listRuns(store)), shop);
  const merge = (from: string, to: string): Promise<void> => cp(path.join(from, 'runs'), path.join(to, 'runs'), {recursive: true});
  const expected = await train(whole);
  t.is(expected.evidence.runs, runs.length);
  t.notDeepEqual(await train(odd), expected);
  await merge(even, odd);
  t.deepEqual(await train(odd), expected);
  await merge(whole, odd);
  t.deepEqual(await train(odd), expected);
});
