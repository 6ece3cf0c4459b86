import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {execa} from 'execa';

const script = fileURLToPath(new URL('../../scripts/node-modules-in-step.js', import.meta.url));
type Packages = Readonly<Record<string, {readonly integrity?: string; readonly optional?: boolean}>>;

const judges = test.macro(async (t, wanted: Packages, installed: Packages | null, exitCode: number) => {
  const root = await mkdtemp(path.join(tmpdir(), 'winnow-test-modules-'));
  t.teardown(() => rm(root, {recursive: true}));
  await mkdir(path.join(root, 'scripts'));
  await cp(script, path.join(root, 'scripts/script.js'));
  await writeFile(path.join(root, 'package.json'), '{"type": "module"}');
  await writeFile(path.join(root, 'package-lock.json'), JSON.stringify({packages: {'': {}, ...wanted}}));
  if (installed !== null) {
    await mkdir(path.join(root, 'node_modules'));
    await writeFile(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({packages: installed}));
  }
  t.is((await execa(process.execPath, [path.join(root, 'scripts/script.js')], {reject: false})).exitCode, exitCode);
});

const one = {'node_modules/one': {integrity: 'sha512-1'}};

test('equal locks are in step', judges, one, one, 0);
test('nothing installed is not', judges, one, null, 1);
test('a missing package is not', judges, one, {}, 1);
test('another version is not', judges, one, {'node_modules/one': {integrity: 'sha512-2'}}, 1);
test('a package too many is not', judges, {}, one, 1);
test('an optional package of another platform may be missing', judges, {...one, 'node_modules/two': {integrity: 'sha512-2', optional: true}}, one, 0);
