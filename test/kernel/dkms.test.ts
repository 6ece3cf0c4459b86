import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {buildModule} from '../../scripts/vm/machine.js';

const root = path.resolve(import.meta.dirname, '../..');

test('dkms builds the module from what scripts/module lays out', async (t) => {
  await buildModule('6.1'); // brings the headers
  const {stdout: kernel} = await execa(path.join(root, 'scripts/vm/kernel'), ['6.1']);
  const release = (await readFile(path.join(kernel, 'release'), 'utf8')).trim();
  const work = await mkdtemp(path.join(tmpdir(), 'winnow-test-dkms-'));
  t.teardown(() => rm(work, {recursive: true}));
  await execa(path.join(root, 'scripts/module'), ['sources', path.join(work, 'src')]);
  await mkdir(path.join(work, 'tree'));
  const trees = ['--sourcetree', path.join(work, 'src'), '--dkmstree', path.join(work, 'tree')];
  const headers = path.join(kernel, 'headers/usr/src', `linux-headers-${release}`);
  await execa('dkms', ['build', 'winnow/1', '-k', release, '--kernelsourcedir', headers, ...trees], {all: true});
  const built = path.join(work, 'tree/winnow/1', release, 'x86_64/module/winnow.ko');
  const {stdout: magic} = await execa('/sbin/modinfo', ['--field', 'vermagic', built]);
  t.true(magic.startsWith(`${release} `), magic);
});
