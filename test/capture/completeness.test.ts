import {constants} from 'node:os';
import test, {type ExecutionContext} from 'ava';
import type {ContainerPath} from '../../src/model/container-path.js';
import {ensureSample, ensureTestImages} from './images.js';
import {observe, type ObservedRun} from './observers.js';
import {type RealProgram, realPrograms} from './real-programs.js';

test.before(ensureSample);
test.before(ensureTestImages); // builds the fanotify observer

/** Errors of calls that looked at no file, which the probe leaves out: the name or the descriptor was no good. */
const beforeAnyFile = new Set([constants.errno.EFAULT, constants.errno.EBADF]);

/** What strace and fanotify saw and winnow did not, a line each. */
function missed({rows, tree, traced, notified}: ObservedRun): string[] {
  const succeeded = new Set(rows.filter(({ok}) => ok).map(({path}) => path));
  const failed = new Set(rows.filter(({ok}) => !ok).map(({path, errno}) => `${errno} ${path}`));
  const lines = new Set<string>();
  for (const {name, followLast, errno} of traced.filter((access) => !beforeAnyFile.has(access.errno))) {
    const {path, links, file} = tree.resolve(name, {followLast});
    for (const used of file === null || errno !== 0 ? links : [...links, path]) {
      if (!succeeded.has(used)) {
        lines.add(`strace: ${used}`);
      }
    }
    if (errno !== 0 && !failed.has(`${errno} ${path}`)) {
      lines.add(`strace: errno ${errno} ${path}`);
    }
  }
  for (const path of notified) {
    if (tree.get(path) !== undefined && !succeeded.has(path)) {
      lines.add(`fanotify: ${path}`);
    }
  }
  return [...lines].sort();
}

/** Files of the image that winnow alone saw. */
function onlyCaptured({rows, tree, traced, notified}: ObservedRun): ContainerPath[] {
  const others = new Set(notified);
  for (const {name, followLast} of traced.filter(({errno}) => errno === 0)) {
    const {path, links} = tree.resolve(name, {followLast});
    [...links, path].forEach((used) => others.add(used));
  }
  const files = rows.filter(({ok, origin, path}) => ok && origin === 'image' && tree.get(path)?.type === 'file').map(({path}) => path);
  return [...new Set(files)].filter((path) => !others.has(path)).sort();
}

const superset = test.macro({
  exec: async (t: ExecutionContext, program: RealProgram, least: {readonly traced: number; readonly notified: number}, options: readonly string[] = []) => {
    const run = await observe(t, realPrograms[program], options);
    const [traced, notified] = [new Set(run.traced.map(({name, errno}) => `${errno} ${name}`)).size, run.notified.size];
    t.log(`${traced} traced, ${notified} notified, ${run.rows.length} rows`);
    t.true(traced >= least.traced, `strace saw ${traced} names`);
    t.true(notified >= least.notified, `fanotify saw ${notified} files`);
    t.deepEqual(missed(run), []);
    t.deepEqual(onlyCaptured(run), []);
  },
  title: (_, program) => `everything that strace and fanotify see of ${program}, and nothing else, is in the run`,
});

test(superset, 'a web service', {traced: 300, notified: 200});
test(superset, 'Python with modules in C, certificates and time zones', {traced: 200, notified: 150});
test(superset, 'git, which forks, renames and links', {traced: 400, notified: 80}, ['--docker-arg=--env=HOME=/tmp']);
test(superset, 'Perl with its modules', {traced: 1000, notified: 200});
test(superset, 'programs that walk whole trees', {traced: 5000, notified: 700});
test(superset, 'a shell script with pipelines, here documents, and programs behind symlinks', {traced: 200, notified: 60});
