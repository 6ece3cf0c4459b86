import test from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import {pathToBytes} from '../../src/model/container-path.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {winnow} from '../cli/run-winnow.js';
import {countOf, profileHostile, profileMeasured} from './hostile.js';
import {ensureTestImages, workloads} from './images.js';

test.before(ensureTestImages);

/** Several times what a run of few files takes, and a fraction of what a million rows would. */
const controllerBytes = 500e6;
const probeBytes = 100e6;

const below = (directory: string) => ({path}: AccessRow): boolean => path.startsWith(`${directory}/`);

test('a million distinct paths take bounded memory, every access is accounted for, and the image\'s files keep their rows', async (t) => {
  const [absent, present] = [960_000, 40_000];
  const {code, err, metadata, rows, peak, store} = await profileMeasured(t, `/workloads/paths ${absent} ${present} /tmp/paths >/said/out && cat /fixture/file >/dev/null`);
  const {lostRecords, foldedRecords} = metadata;
  t.is(code, lostRecords === 0 ? ExitCode.done : ExitCode.lostRecords, err);
  t.true(peak.controller > 0 && peak.controller < controllerBytes, `winnow took ${peak.controller} bytes`);
  t.true(peak.probe > 0 && peak.probe < probeBytes, `winnow-probe took ${peak.probe} bytes`);

  // Making the directory is one more; whoever was lost on a machine without time was one of them.
  t.is(countOf(rows.filter(below('/tmp'))) + lostRecords, absent + 3 * present + 1);
  t.true(rows.length < 100_000);
  t.true(foldedRecords + lostRecords > absent / 2); // what was lost could not be summed up
  const folded = rows.filter(({path, origin}) => path !== '/' && path.endsWith('/') && origin !== 'mount');
  t.deepEqual(folded.map(({path, op, errno, origin}) => [path, op, errno, origin]).sort(), [
    ['/tmp/', 'read', 0, 'runtime'], ['/tmp/', 'read', 2, 'absent'], ['/tmp/', 'remove', 0, 'runtime'], ['/tmp/', 'write', 0, 'runtime'],
  ]);
  t.is(rows.find(({path, op}) => path === '/fixture/file' && op === 'read')?.origin, 'image');

  const {out} = await winnow(['runs', 'show', metadata.runId, '--store', store]);
  t.regex(out, new RegExp(`^summed up +${foldedRecords} accesses`, 'm'));
});

test('a fork bomb within a limit on processes is captured to the last open', async (t) => {
  const {code, err, metadata, rows, said} = await profileHostile(t, '/workloads/bomb 3000 /tmp/bomb >/said/out', ['--docker-arg=--pids-limit=50']);
  const {opens, refused} = JSON.parse(said) as {opens: number; refused: number};
  t.is(code, ExitCode.done, err);
  t.true(opens >= 3000 && refused > 0, said);
  t.is(metadata.lostRecords, 0);
  t.is(countOf(rows.filter(({path, op}) => path === '/tmp/bomb' && op === 'read')), opens);
});

test('processes that die in the middle of a call lose nothing that returned', async (t) => {
  const {code, err, metadata, rows, said} = await profileHostile(t, '/workloads/killed 200 /tmp/killed /workloads/nothing >/said/out');
  const {opens, hidden} = JSON.parse(said) as {opens: number; hidden: number};
  t.is(code, ExitCode.done, err);
  t.is(metadata.lostRecords, 0);
  const seen = countOf(rows.filter(({path, op, ok}) => path === '/tmp/killed/000000' && op === 'read' && ok));
  t.true(seen >= opens && seen <= opens + hidden, `${seen} seen, ${opens} returned, ${hidden} may have`);
  t.deepEqual(rows.filter(({path, op}) => path === '/tmp/killed/fifo' && op === 'read'), []); // as docs/probes.md says
  t.is(countOf(rows.filter(({path, op, inode}) => path === '/workloads/nothing' && op === 'exec' && inode > 0n)), 200);
});

test('a name that has left the memory when its open returns counts as lost beside the file', async (t) => {
  const {code, err, metadata, rows} = await profileHostile(t, '/workloads/gone /tmp/gone >/said/out');
  t.is(code, ExitCode.lostRecords, err);
  t.is(metadata.lostRecords, 1);
  t.is(countOf(rows.filter(({path, op, ok}) => path === '/tmp/gone/fifo' && op === 'read' && ok)), 1);
  t.deepEqual(rows.filter(({path, op}) => path === '/tmp/gone/link' && op === 'lookup'), []);
});

test('directories renamed while files in them are opened lose no open', async (t) => {
  const {code, err, metadata, rows, said} = await profileHostile(t, '/workloads/renames 20000 /tmp/renames >/said/out');
  const {opened, failed, renames} = JSON.parse(said) as {opened: number; failed: number; renames: number};
  t.is(code, ExitCode.done, err);
  t.is(metadata.lostRecords, 0);
  const insides = rows.filter(({path, op}) => /^\/tmp\/renames\/[ab]\/inside$/.test(path) && op === 'read');
  t.is(countOf(insides.filter(({ok}) => ok)), opened);
  t.is(countOf(insides.filter(({errno}) => errno === 2)), failed);
  t.is(countOf(rows.filter(({path, op}) => /^\/tmp\/renames\/[ab]$/.test(path) && op === 'remove')), renames);
});

test('files so deep that they have no absolute name are counted as lost, one by one', async (t) => {
  const opens = 25;
  const reachable = await profileHostile(t, `/workloads/deep 1900 1 ${opens} /tmp/deep >/said/out`);
  t.is(reachable.code, ExitCode.done, reachable.err);
  t.is(countOf(reachable.rows.filter(({path, op}) => path === `/tmp/deep${'/d'.repeat(1900)}/bottom` && op === 'read')), opens);

  const beyond = await profileHostile(t, `/workloads/deep 40 200 ${opens} /tmp/deep >/said/out`);
  t.is(beyond.code, ExitCode.lostRecords, beyond.err);
  t.regex(beyond.err, /of paths that are too deep/);
  t.notRegex(beyond.err, /--ring-size/);
  // 20 levels fit into PATH_MAX. The others are entered, all but the first of them made from where there is no name, and the file made once.
  t.is(beyond.metadata.lostRecords, 20 + 19 + 1 + opens);
});

test('storms of short programs are captured to the last exec', async (t) => {
  const {code, err, metadata, rows} = await profileHostile(t, 'for storm in 1 2 3 4; do /workloads/execs 500 /workloads/nothing >/said/out & done; wait');
  t.is(code, ExitCode.done, err);
  t.is(metadata.lostRecords, 0);
  const execs = rows.filter(({path, op, ok}) => path === '/workloads/nothing' && op === 'exec' && ok);
  t.is(countOf(execs), 2000);
  t.is(new Set(execs.map(({pid}) => pid)).size, 2000);
});

test('names of any bytes and any length come out as they are, and harm no terminal', async (t) => {
  const {code, err, metadata, rows, said, store} = await profileHostile(t, '/workloads/names /tmp/names >/said/out');
  t.is(code, ExitCode.done, err);
  const expected = said.trim().split('\n').map((line) => JSON.parse(line) as {path: string; errno: number});
  t.true(expected.length > 250);
  const seen = rows.filter(({path, op}) => path.startsWith('/tmp/names/') && op === 'read').map(({path, errno}) => `${pathToBytes(path).toString('hex')} ${errno}`);
  t.deepEqual(seen.sort(), [...new Set(expected.map(({path, errno}) => `${path} ${errno}`))].sort());

  const other = await profileHostile(t, 'true >/said/out');
  const harmless = async (...args: string[]): Promise<void> => {
    const {out, err: said} = await winnow([...args, '--store', store]);
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    t.deepEqual((out + said).match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g), null, args.join(' '));
  };
  await winnow(['runs', 'export', other.metadata.runId, '--store', other.store, '--format', 'parquet', '--output', `${store}/other`]);
  await winnow(['runs', 'import', `${store}/other`, '--store', store]);
  await harmless('runs', 'list');
  await harmless('runs', 'show', metadata.runId);
  await harmless('runs', 'diff', metadata.runId, other.metadata.runId);
  await harmless('profile', workloads, '--docker-arg=--network=none', '--ready=1ms', `--exec=printf '\\033[2J\\r\\302\\233owned'; exit 1`, '--', '/bin/sleep', '60');
});
