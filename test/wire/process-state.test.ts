import test from 'ava';
import {absolutePath, duplicateDescriptor, openDescriptor, ProcessTable} from '../../src/wire/process-state.js';

const file = {path: '/d', followLast: true, closeOnExec: false};
const alone = {fs: false, files: false, thread: false};

test('a forked child starts with its parent\'s directory and descriptors, and then has its own', (t) => {
  const table = new ProcessTable();
  const parent = table.found(1, 1, '/a');
  openDescriptor(parent, 3, file);
  const child = table.fork(parent, 2, alone);
  child.fs.cwd = '/b';
  child.files.delete(3);
  t.is(parent.fs.cwd, '/a');
  t.deepEqual(parent.files.get(3), file);
  t.like(child.process, {pid: 2, ppid: 1, parentId: parent.process.processId});
});

test('what a clone shares changes for both', (t) => {
  const table = new ProcessTable();
  const parent = table.found(1, 1, '/a');
  const thread = table.fork(parent, 2, {fs: true, files: true, thread: true});
  thread.fs.cwd = '/b';
  openDescriptor(thread, 3, file);
  t.is(parent.fs.cwd, '/b');
  t.true(parent.files.has(3));
  t.is(thread.process, parent.process);
});

test('an exec ends sharing of descriptors and closes those marked for it', (t) => {
  const table = new ProcessTable();
  const parent = table.found(1, 1, '/');
  openDescriptor(parent, 3, file);
  openDescriptor(parent, 4, {...file, closeOnExec: true});
  const child = table.fork(parent, 2, {...alone, files: true});
  table.exec(child);
  t.deepEqual([...child.files.keys()], [3]);
  t.deepEqual([...parent.files.keys()], [3, 4]);
  t.not(child.process.processId, parent.process.processId);
});

test('a copy of an unknown descriptor is unknown, whatever stood there', (t) => {
  const task = new ProcessTable().found(1, 1, null);
  openDescriptor(task, 4, file);
  duplicateDescriptor(task, 9, 4, false);
  t.false(task.files.has(4));
});

test('a relative name has no absolute path where its start is unknown, or where it grew beyond any path', (t) => {
  t.is(absolutePath(null, 'a'), null);
  t.is(absolutePath(null, '/a'), '/a');
  t.is(absolutePath('/', 'a'), '/a');
  t.is(absolutePath('/d', '../a'), '/d/../a');
  t.is(absolutePath(`/${'d/'.repeat(9000)}`, 'a'), null);
});

test('a stream that never lets a process end takes bounded memory', (t) => {
  const table = new ProcessTable();
  const parent = table.found(1, 1, '/');
  for (let tid = 2; tid < 100_000; tid += 1) {
    table.fork(parent, tid, alone);
  }
  t.is(table.size, 65_536);
  t.is(table.get(2), undefined);
  t.not(table.get(99_999), undefined);
});
