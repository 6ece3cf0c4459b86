import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {busybox, ensureTestImages, workloads} from '../capture/images.js';

const programs = fileURLToPath(new URL('../../build/workloads/', import.meta.url));

test.before(ensureTestImages);

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-'));
  t.teardown(() => rm(directory, {recursive: true}));
  return directory;
}

const bursts = test.macro(async (t, [opens, files, processes, threads]: readonly [number, number, number, number], distinct: number) => {
  const directory = await temporaryDirectory(t);
  const log = path.join(directory, 'strace.log');
  const counts = [opens, files, processes, threads].map(String);
  const command = [path.join(programs, 'burst'), ...counts, path.join(directory, 'b')];
  const {stdout} = await execa('strace', ['-f', '-o', log, '--trace=open,openat,openat2,creat', '--', ...command]);
  t.deepEqual(JSON.parse(stdout), {opens, files: distinct, processes, threads});
  // A line that another thread's cuts in two says "unfinished" once and "resumed" once.
  const opened = (await readFile(log, 'utf8')).split('\n').filter((line) => /open(at)?\(/.test(line));
  t.is(opened.length, opens);
  t.is(new Set(opened.map((line) => /"([^"]+)"/.exec(line)?.[1])).size, distinct);
});

test('burst makes as many opens as it is told, in one process', bursts, [100, 10, 1, 1], 10);
test('burst shares out opens that processes and threads do not divide evenly', bursts, [101, 7, 3, 2], 7);
test('burst tells the files that it opened, not those that it made', bursts, [3, 8, 1, 1], 3);
test('burst can make none', bursts, [0, 1, 1, 1], 0);

test('accesses gets every result that it expects', async (t) => {
  const {stdout} = await execa('docker', ['run', '--rm', '--network=none', workloads, '/workloads/accesses', '/etc/hosts']);
  const expected = stdout.split('\n').map((line) => JSON.parse(line) as {path: string; errno: number});
  t.true(expected.some(({errno}) => errno > 0));
  t.true(expected.every(({path: name}) => name.startsWith('/fixture') || ['/', '/workloads/narrow', '/dev', '/dev/by-handle', '/dev/null', '/etc/hosts'].includes(name)));
});

test('accesses fails where a result is not what it expects', async (t) => {
  const programVolume = `--volume=${programs}:/programs:ro`;
  const {exitCode, stderr} = await execa('docker', ['run', '--rm', '--network=none', programVolume, busybox, '/programs/accesses'], {reject: false});
  t.is(exitCode, 1);
  t.is(stderr, 'accesses: open /fixture/file: errno 2, not 0');
});

for (const [name, args] of [['burst', ['1']], ['bomb', ['0', '/tmp/none']], ['deep', ['1', '256', '1', '/tmp/none']], ['gone', []], ['killed', ['1']], ['loop', ['0', '1', '/tmp/none']], ['names', []], ['paths', ['1', 'x', '/tmp/none']], ['renames', ['-1', '/tmp/none']], ['execs', ['x', '/bin/true']], ['fixture', []]] as const) {
  test(`${name} refuses arguments that make no sense`, async (t) => {
    const {exitCode, stderr} = await execa(path.join(programs, name), args, {reject: false});
    t.is(exitCode, 2);
    t.regex(stderr, new RegExp(`^(usage: )?${name}`));
  });
}
