import {readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {operations} from '../../src/model/access.js';
import type {Run} from '../../src/model/run.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {aggregateRuns, touchesSql} from '../../src/store/aggregate.js';
import {writeRun} from '../../src/store/run-file.js';
import {rowArbitrary, runArbitrary, sampleMetadata, sampleRow, temporaryDirectory} from './fixtures.js';

interface Touch {
  readonly runs: Set<number>;
  readonly opened: Set<number>;
  ops: number;
}

/** What the SQL must say, said in JavaScript. */
function expectedTouches(runs: readonly Run[]): Map<string, Touch> {
  const touches = new Map<string, Touch>();
  for (const [index, run] of runs.entries()) {
    for (const row of run.rows.filter(({ok, origin}) => ok && origin === 'image')) {
      const touch = touches.get(row.path) ?? {runs: new Set(), opened: new Set(), ops: 0};
      touch.runs.add(index);
      if (['read', 'map', 'exec', 'write'].includes(row.op)) {
        touch.opened.add(index);
      }
      touch.ops |= 1 << operations.indexOf(row.op);
      touches.set(row.path, touch);
    }
  }
  return touches;
}

test('what runs touched is what their rows say, for any rows and numbers of runs', async (t) => {
  // Few paths and mostly image rows, so that runs and operations meet in them.
  const row = fc
    .tuple(rowArbitrary, fc.constantFrom('/a', '/b%20', '/caf\udce9', '/caf%E9', '/é'), fc.boolean())
    .map(([any, shared, isShared]) => (isShared ? {...any, path: shared, ok: true, origin: 'image' as const} : any));
  const runs = fc.array(fc.tuple(runArbitrary, fc.array(row, {maxLength: 12})), {maxLength: 18});
  await fc.assert(
    fc.asyncProperty(runs, async (pairs) => {
      const store = await temporaryDirectory(t);
      const made = pairs.map(([{metadata}, rows], index): Run => ({metadata: {...metadata, runId: `r${index}`}, rows}));
      for (const run of made) {
        await writeRun(store, run);
      }
      const touches = await aggregateRuns(store, made.map(({metadata}) => metadata));
      const expected = expectedTouches(made);
      t.deepEqual(touches.paths.toSorted(), [...expected.keys()].sort());
      for (const [index, touched] of touches.paths.entries()) {
        t.deepEqual([...(touches.touchedBy[index] ?? [])], [...(expected.get(touched)?.runs ?? [])]);
        t.deepEqual([...(touches.openedBy[index] ?? [])], [...(expected.get(touched)?.opened ?? [])]);
        t.is(touches.opsOf[index], expected.get(touched)?.ops);
      }
    }),
    {numRuns: 12},
  );
});

test('paths come in the order of their texts, whatever order the runs saw them in', async (t) => {
  const store = await temporaryDirectory(t);
  await writeRun(store, {metadata: sampleMetadata({runId: 'a'}), rows: ['/c', '/a', '/b'].map((name) => sampleRow({path: name}))});
  t.deepEqual((await aggregateRuns(store, [sampleMetadata({runId: 'a'})])).paths, ['/a', '/b', '/c']);
});

test('no runs touched nothing', async (t) => {
  const touches = await aggregateRuns('/nonexistent', []);
  t.deepEqual([touches.paths, touches.touchedBy, touches.openedBy, [...touches.opsOf]], [[], [], [], []]);
});

test('a run file that is corrupt or gone is named', async (t) => {
  const store = await temporaryDirectory(t);
  const runs = ['a', 'b', 'c'].map((runId) => sampleMetadata({runId}));
  for (const metadata of runs) {
    await writeRun(store, {metadata, rows: [sampleRow()]});
  }
  const file = path.join(store, 'runs/b.parquet');
  await writeFile(file, 'PAR1');
  await t.throwsAsync(aggregateRuns(store, runs), {instanceOf: WinnowError, message: /b\.parquet is not a readable run/});
  await rm(file);
  await t.throwsAsync(aggregateRuns(store, runs), {instanceOf: WinnowError, message: /there is no run file .*b\.parquet/});
});

test('the documentation gives the statement that is run', async (t) => {
  const documentation = await readFile(new URL('../../docs/formats.md', import.meta.url), 'utf8');
  const [, documented = ''] = /```sql\n(.*?)```/s.exec(documentation) ?? [];
  const squeeze = (sql: string) => sql.replaceAll(/\s+/g, ' ').trim();
  t.is(squeeze(documented), squeeze(touchesSql(['runs/a.parquet', 'runs/b.parquet', 'runs/c.parquet'])));
});
