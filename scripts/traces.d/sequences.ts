/** The packed traces as sequences of contents, for training and judging prefetching. */
import {readFile} from 'node:fs/promises';
import {ImageTree} from '../../src/image/tree.js';
import {contentOperations, operations} from '../../src/model/access.js';
import type {RecordedRuns} from '../../src/plan/prefetch/learn-prefetch.js';
import {needSequences} from '../../src/plan/prefetch/sequences.js';
import {unpackTrace} from './compact.js';

export const traceNames = ['cache', 'web', 'developer', 'python', 'database', 'ruby'] as const;

export type TraceName = (typeof traceNames)[number];

export async function readSequences(name: string): Promise<RecordedRuns> {
  const {index, runs} = unpackTrace(await readFile(new URL(`../../test/fixtures/traces/${name}.json.br`, import.meta.url)));
  const touches = runs.map((run) =>
    run.touches.flatMap(({path, ops}) => {
      const wanted = ops.filter((op) => contentOperations.includes(op));
      return wanted.length === 0 ? [] : [{path, ops: wanted.reduce((mask, op) => mask | (1 << operations.indexOf(op)), 0)}];
    }),
  );
  return {files: index.files, sequences: needSequences(touches, index, new ImageTree(index)), kinds: runs.map(({workload}) => workload)};
}
