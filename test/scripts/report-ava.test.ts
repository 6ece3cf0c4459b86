import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {execa} from 'execa';

const root = fileURLToPath(new URL('../../', import.meta.url));
const script = path.join(root, 'scripts/report-ava.js');

interface Expected {
  readonly totals: string;
  readonly exitCode: number;
  readonly shown?: RegExp;
  readonly ci?: boolean;
}

/** What is said of a real report of ava on one test file. */
const reports = test.macro(async (t, body: string, {totals, exitCode, shown, ci = false}: Expected) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-report-'));
  t.teardown(() => rm(directory, {recursive: true}));
  await mkdir(path.join(directory, 'test'));
  await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  await writeFile(path.join(directory, 'package.json'), '{"type": "module", "ava": {"timeout": "3s"}}');
  await writeFile(path.join(directory, 'test/a.js'), `import test from 'ava';\n${body}\n`);
  const env = {TERM: 'dumb', NO_COLOR: '1', FORCE_COLOR: '0', CI: ci ? 'true' : ''};
  // As `ava` itself would, were this not one of its tests.
  const ava = await execa(process.execPath, [path.join(root, 'node_modules/ava/entrypoints/cli.mjs')], {cwd: directory, env, reject: false});
  const report = await execa(process.execPath, [script], {input: ava.stdout, env, reject: false});
  t.is(report.stdout.split('\n').at(-1), totals, ava.stdout);
  t.is(report.exitCode, exitCode);
  t.regex(report.stdout, shown ?? /^/);
  t.notRegex(report.stdout, /✔/);
});

test('passing tests', reports, "test('a', t => t.pass()); test('b', t => t.pass());", {totals: '2 passed, 0 failed, 0 skipped', exitCode: 0});

test('a failing test is shown with its details', reports, "test('bad', t => t.is(1, 2)); test('good', t => t.pass());", {
  totals: '1 passed, 1 failed, 0 skipped',
  exitCode: 1,
  shown: /bad[^]*Difference[^]*- 1\n {2}\+ 2/,
});

test('a test that never ends is named', reports, "test('good', t => t.pass()); test('endless', async () => { setInterval(() => {}, 9); await new Promise(() => {}); });", {
  totals: '1 passed, 1 failed, 0 skipped',
  exitCode: 1,
  shown: /◌ endless/,
});

test('a hook that fails', reports, "test.before(() => { throw new Error('x'); }); test('a', t => t.pass());", {
  totals: '0 passed, 1 failed, 0 skipped',
  exitCode: 1,
});

test('a file that exits by itself', reports, "test('a', () => process.exit(3));", {
  totals: '0 passed, 1 failed, 0 skipped',
  exitCode: 1,
});

test('a test that is yet to be written counts as skipped', reports, "test.skip('a', t => t.pass()); test.todo('b'); test('c', t => t.pass());", {
  totals: '1 passed, 0 failed, 2 skipped',
  exitCode: 0,
});

test('skipping fails under CI', reports, "test.skip('a', t => t.pass()); test('c', t => t.pass());", {
  totals: '1 passed, 0 failed, 1 skipped',
  exitCode: 1,
  shown: /^CI skips nothing/m,
  ci: true,
});

test('a report that was cut fails', async (t) => {
  const {stdout, exitCode} = await execa(process.execPath, [script], {input: '\n  ✔ a\n', reject: false});
  t.is(stdout, '\nava ended before its report did\n1 passed, 0 failed, 0 skipped');
  t.is(exitCode, 1);
});
