import test from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import {diffRuns} from '../../src/store/diff-runs.js';
import {sampleMetadata, sampleRow} from './fixtures.js';

const run = (...rows: Partial<AccessRow>[]) => ({metadata: sampleMetadata(), rows: rows.map(sampleRow)});
const failed = (path: string, errno: number) => ({path, ok: false, errno});

test('runs differ by the paths that one of them has, in order', (t) => {
  const a = run({path: '/z'}, {path: '/both'}, {path: '/a'});
  const b = run({path: '/both'}, {path: '/c'}, {path: '/b'});
  t.deepEqual(diffRuns(a, b), {onlyInA: ['/a', '/z'], onlyInB: ['/b', '/c'], changed: []});
});

test('a path whose accesses all fail in one run and work in the other has changed; its operations do not matter', (t) => {
  const a = run(failed('/config', 2), {path: '/data', op: 'stat'}, failed('/secret', 2));
  const b = run({path: '/config'}, {path: '/data', op: 'read'}, failed('/secret', 13));
  t.deepEqual(diffRuns(a, b).changed, [{path: '/config', a: 2, b: 0}, {path: '/secret', a: 2, b: 13}]);
});

test('one access that worked outweighs those that failed, whichever came first', (t) => {
  t.deepEqual(diffRuns(run({path: '/x'}, failed('/x', 2)), run(failed('/x', 2), {path: '/x'})).changed, []);
});
