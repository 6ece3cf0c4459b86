import test, {type ExecutionContext} from 'ava';
import {ProgramNames} from '../../src/capture/program-names.js';
import {RunRecorder} from '../../src/capture/recorder.js';
import {AccessResolver} from '../../src/capture/resolve.js';
import {ImageTree} from '../../src/image/tree.js';
import type {AccessRow} from '../../src/model/access.js';
import {makeIndex} from '../train/make.js';

const tree = new ImageTree(makeIndex({'/usr/lib/a.so': {}, '/usr/lib/b.so': {}, '/etc/rc': {}}));

interface Lookup {
  readonly path: string;
  readonly errno?: number;
  readonly processId?: number;
}

/** A recorder that has room for nothing but folded rows, or for all, after these accesses, one a millisecond. */
function record(lookups: readonly Lookup[], detailBytes = 0): RunRecorder {
  const recorder = new RunRecorder(new AccessResolver({tree}), detailBytes);
  lookups.forEach(({path, errno = 0, processId = 1}, index) => {
    recorder.observe({
      kind: 'access', entryId: 0, processId, pid: processId, ppid: 0, timeNs: BigInt(index), call: 'stat', op: 'stat', errno,
      target: {by: 'name', base: null, name: path, followLast: true},
    });
  });
  return recorder;
}

const brief = ({path, origin, errno, count, pid, firstNs, lastNs}: AccessRow) => [path, origin, errno, count, pid, Number(firstNs), Number(lastNs)];

const foldsTo = test.macro((t: ExecutionContext, lookups: readonly Lookup[], ...rows: readonly ReturnType<typeof brief>[]) => {
  const recorder = record(lookups);
  t.deepEqual(recorder.rows.map(brief), [...rows]);
  t.is(recorder.folded, lookups.length);
  t.is(recorder.captured, lookups.length);
});

test('beyond the limit a file of the image has one row for all processes', foldsTo,
  [{path: '/usr/lib/a.so', processId: 1}, {path: '/usr/lib/b.so', processId: 2}, {path: '/usr/lib/a.so', processId: 3}],
  ['/usr/lib/a.so', 'image', 0, 2, 0, 0, 2], ['/usr/lib/b.so', 'image', 0, 1, 0, 1, 1]);
test('what is absent is summed up below the nearest directory of the image', foldsTo,
  [{path: '/usr/lib/x/y/z', errno: 2}, {path: '/usr/lib/w', errno: 2}, {path: '/usr/v', errno: 2}],
  ['/usr/lib/', 'absent', 2, 2, 0, 0, 1], ['/usr/', 'absent', 2, 1, 0, 2, 2]);
test('below the root too, whose own row keeps its name', foldsTo,
  [{path: '/x', errno: 2}, {path: '/'}], ['//', 'absent', 2, 1, 0, 0, 0], ['/', 'image', 0, 1, 0, 1, 1]);
test('a file is no directory to sum up below', foldsTo,
  [{path: '/etc/rc/x', errno: 20}], ['/etc/', 'absent', 20, 1, 0, 0, 0]);
test('results and origins stay apart', foldsTo,
  [{path: '/etc/a', errno: 2}, {path: '/etc/b', errno: 13}, {path: '/etc/c'}],
  ['/etc/', 'absent', 2, 1, 0, 0, 0], ['/etc/', 'absent', 13, 1, 0, 1, 1], ['/etc/', 'runtime', 0, 1, 0, 2, 2]);

test('up to the limit every process and path has its row', (t) => {
  const recorder = record([{path: '/x', errno: 2}, {path: '/y', errno: 2}, {path: '/y', errno: 2, processId: 2}], 1 << 20);
  t.deepEqual(recorder.rows.map(({path, pid}) => [path, pid]), [['/x', 1], ['/y', 1], ['/y', 2]]);
  t.is(recorder.folded, 0);
});

test('an access without a known path is lost, and not captured', (t) => {
  const recorder = record([{path: '/x', errno: 2}, {path: 'relative'}]);
  recorder.observe({kind: 'end', made: 2, delivered: 2});
  t.deepEqual([recorder.captured, recorder.lost], [1, 1]);
});

test('a child runs its parent\'s program until it executes another', (t) => {
  const names = new ProgramNames();
  names.add(1, 0, '/bin/sh');
  names.add(2, 1, null);
  names.add(3, 2, '/bin/ls');
  t.deepEqual([1, 2, 3, 4].map((id) => names.of(id)), ['/bin/sh', '/bin/sh', '/bin/ls', '']);
});

test('of any number of processes the names of the latest are known, and of one that goes on forking', (t) => {
  const names = new ProgramNames();
  names.add(1, 0, '/bin/server');
  for (let id = 2; id < 200_000; id += 1) {
    names.add(id, 1, null);
  }
  t.is(names.of(2), '');
  t.deepEqual([1, 199_999].map((id) => names.of(id)), ['/bin/server', '/bin/server']);
});

test('the longest names of programs take bounded memory', (t) => {
  const names = new ProgramNames();
  for (let id = 1; id < 10_000; id += 1) {
    names.add(id, 0, `/${id}${'x'.repeat(4000)}`);
  }
  t.is(names.of(1), '');
  t.not(names.of(9999), '');
});
