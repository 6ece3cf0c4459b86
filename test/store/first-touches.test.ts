import test from 'ava';
import {contentOperations, operations} from '../../src/model/access.js';
import {firstTouches} from '../../src/store/first-touches.js';
import {writeRun} from '../../src/store/run-file.js';
import {sampleMetadata, sampleRow, temporaryDirectory} from './fixtures.js';

test('image files come in the order in which a run first wanted their content, whatever the order of rows', async (t) => {
  const store = await temporaryDirectory(t);
  const row = (path: string, firstNs: bigint, own: Partial<ReturnType<typeof sampleRow>> = {}) => sampleRow({path, op: 'read', firstNs, ...own});
  await writeRun(store, {
    metadata: sampleMetadata({runId: 'a'}),
    rows: [row('/c', 30n), row('/a', 40n, {op: 'exec'}), row('/a', 10n), row('/b', 20n), row('/looked-at', 1n, {op: 'stat'}), row('/mounted', 2n, {origin: 'mount'}), row('/refused', 3n, {ok: false, errno: 13})],
  });
  await writeRun(store, {metadata: sampleMetadata({runId: 'b'}), rows: [row('/z', 0n), row('/a', 0n)]});
  const touches = await firstTouches(store, ['a', 'b'].map((runId) => sampleMetadata({runId})));
  t.deepEqual(touches.map((run) => run.map(({path}) => path)), [['/a', '/b', '/c'], ['/z', '/a']]);
  t.deepEqual(operations.filter((_, bit) => ((touches[0]?.[0]?.ops ?? 0) & (1 << bit)) !== 0), contentOperations.filter((op) => op === 'read' || op === 'exec'));
  t.deepEqual(await firstTouches(store, []), []);
});
