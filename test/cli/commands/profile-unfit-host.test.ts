import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import {runFilePath} from '../../../src/store/layout.js';
import {readRun} from '../../../src/store/run-file.js';
import {listRuns} from '../../../src/store/store.js';
import {busybox, ensureTestImages} from '../../capture/images.js';
import {linesOf, root, temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

const names = 3000;
const alone = ['--docker-arg=--network=none', '--backend=ebpf'];
/** Much for a live feed, and little for a run file. */
const manyNames = ['--', '/bin/sh', '-c', `for name in $(seq ${names}); do [ -e /absent/$name ]; done`];

/** A store on a file system of its own. */
async function smallStore(t: ExecutionContext, size: string): Promise<string> {
  const store = path.join(await temporaryStore(t), 'store');
  await mkdir(store);
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', store]);
  t.teardown(() => execa('umount', [store]));
  return store;
}

test('a disk that is full of the live feed keeps the run all the same', async (t) => {
  const store = await smallStore(t, '256k');
  const {code, err} = await winnow(['profile', busybox, ...alone, '--store', store, ...manyNames]);
  t.is(code, ExitCode.done, err);
  const [run] = await listRuns(store);
  t.like(run, {complete: true, lostRecords: 0});
  const {rows} = await readRun(runFilePath(store, run?.runId ?? ''));
  t.is(rows.filter(({path: name}) => name.startsWith('/absent/')).length, names);
});

test('a disk without room for the run is told in one line', async (t) => {
  const store = await smallStore(t, '8k');
  const {code, err} = await winnow(['profile', busybox, ...alone, '--store', store, ...manyNames]);
  t.is(code, ExitCode.failed);
  t.is(linesOf(err).length, 1, err);
  t.regex(err, /^winnow: cannot write .*\.parquet: .*No space left on device; check the space and permissions there/);
  t.deepEqual(await listRuns(store), []);
});

/** Runs a command line as a user who is not root, of these groups; what it needs of the checkout is loaded before. */
async function asNobody(args: readonly string[], groups: readonly number[]) {
  const script = `
    import process from 'node:process';
    import {realEffects} from ${JSON.stringify(path.join(root, 'src/cli/context.ts'))};
    import {runCli} from ${JSON.stringify(path.join(root, 'src/cli/program.ts'))};
    process.setgroups(${JSON.stringify(groups)});
    process.setegid(65534);
    process.seteuid(65534);
    process.exitCode = await runCli(${JSON.stringify(args)}, realEffects(new AbortController().signal));`;
  return execa(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script], {reject: false, cwd: root, stdin: 'ignore'});
}

test('a user who may not use Docker is told to take root', async (t) => {
  const {exitCode, stderr} = await asNobody(['profile', busybox, '--store', '/tmp', '--', 'true'], []);
  t.is(exitCode, ExitCode.hostCannot, stderr);
  t.regex(stderr, /^winnow: this user may not use Docker at unix:.*; run it with sudo -E$/);
});

test('a user who may use Docker but attach no probe is told to take root', async (t) => {
  const store = await temporaryStore(t);
  await execa('chmod', ['1777', store]);
  const {stdout} = await execa('getent', ['group', 'docker']);
  const {exitCode, stderr} = await asNobody(['profile', busybox, '--docker-arg=--network=none', '--store', store, '--', 'true'], [Number(stdout.split(':')[2])]);
  t.is(exitCode, ExitCode.hostCannot, stderr);
  t.is(stderr, 'winnow: the probes need root; run it with sudo -E');
});
