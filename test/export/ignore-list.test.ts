import {Buffer} from 'node:buffer';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {ignoreList} from '../../src/export/ignore-list.js';
import {pathFromBytes, pathToBytes} from '../../src/model/container-path.js';
import {decided, makePlan} from '../plan/make-plan.js';
import {temporaryDirectory} from '../store/fixtures.js';
import {makeIndex} from '../train/make.js';
import {bytesOf, textOf} from './byte-names.js';

const kept = ['/keep/a', '/keep/#x', '/keep/ab', '/keep/[', '/keep/sub/x', '/keep/sp ace', '/keep/x\\y', '/keep/xy', '/keep/n!', '/keep/ends'];
/** Each is a pattern, or nearly one, that must not take what is kept with it. */
const removed = ['/keep/a*', '/keep/[ab]', '/keep/?b', '/keep/x\\\\y', '/keep/!n', '/keep/#y', '/keep/.x', '/keep/ü', '/keep/a b', '/gone/deep/er', '/gone/x', '/keep/$'];
const unspeakable = ['/keep/ends ', '/keep/\udcff', '/keep/two\nlines'];

test('docker build leaves out what a plan removes, and nothing else', async (t) => {
  const index = makeIndex(Object.fromEntries([...kept, ...removed, ...unspeakable].map((name) => [name, {}])));
  const plan = makePlan([{touches: kept}], index, {remove: ['/gone']});
  const exported = ignoreList(decided(plan), index);
  t.deepEqual([...exported.leftOut].sort(), [...unspeakable].sort());
  t.true(textOf(exported).split('\n').includes('/gone'), 'a directory that goes whole is one line');
  t.false(textOf(exported).includes('/gone/x'));

  const directory = await temporaryDirectory(t);
  for (const {path: name, type} of index.files) {
    const file = Buffer.concat([Buffer.from(directory), pathToBytes(name)]);
    await (type === 'directory' ? mkdir(file) : writeFile(file, 'x'));
  }
  await writeFile(path.join(directory, '.dockerignore'), bytesOf(exported));
  await writeFile(path.join(directory, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  const {stdout: id} = await execa('docker', ['build', '--quiet', '--network=none', '--force-rm', directory], {env: {DOCKER_BUILDKIT: '0'}});
  t.teardown(() => execa('docker', ['image', 'rm', '--force', id]));
  const {stdout: container} = await execa('docker', ['create', id, '/keep/a']);
  t.teardown(() => execa('docker', ['rm', '--force', container]));
  const {stdout: names} = await execa('sh', ['-c', `docker export ${container} | tar --list --quoting-style=literal --null --exclude='*/'`], {encoding: 'buffer'});
  const copied = Buffer.from(names).toString('latin1').split('\n').filter((name) => /^(keep|gone)/.test(name)).map((name) => `/${pathFromBytes(Buffer.from(name, 'latin1'))}`);
  // A name with a line break takes two lines here too.
  t.deepEqual(copied.filter((name) => !name.endsWith('/')).sort(), [...kept, ...unspeakable].flatMap((name) => name.split('\n')).filter((name) => name.startsWith('/')).sort());
});
