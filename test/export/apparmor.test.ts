import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {appArmorProfile, profileName} from '../../src/export/apparmor.js';
import type {Operation, Origin} from '../../src/model/access.js';
import {pathToBytes} from '../../src/model/container-path.js';
import type {AccessEdge} from '../../src/store/access-edges.js';
import {bytePaths, bytesOf, textOf} from './byte-names.js';
import {compileAppArmor} from './compiled-apparmor.js';

const image = {name: 'registry.example:5000/shop:1.4', id: `sha256:${'ab'.repeat(32)}`, layers: []};
const edge = (path: string, ops: readonly Operation[], origin: Origin = 'image'): AccessEdge => ({exe: '/bin/sh', path, origin, ops, accesses: 1, runs: 1});
const compile = async (edges: readonly AccessEdge[]) => {
  const permissions = await compileAppArmor(bytesOf(appArmorProfile(edges, image, 3)));
  return (path: string): string => permissions(Buffer.from(path));
};

test('apparmor_parser compiles what the runs did, and nothing else is allowed', async (t) => {
  const permissions = await compile([
    edge('/bin/sh', ['exec']),
    edge('/lib/libc.so', ['map', 'read']),
    edge('/etc/app.conf', ['read', 'stat']),
    edge('/etc/looked-at', ['stat', 'lookup']),
    edge('/srv', ['list']),
  ]);
  t.is(permissions('/bin/sh'), 'xrm');
  t.is(permissions('/lib/libc.so'), 'rm');
  t.is(permissions('/etc/app.conf'), 'r');
  t.is(permissions('/srv/'), 'r');
  for (const path of ['/etc/looked-at', '/etc/app.conf2', '/etc/app_conf', '/bin/bash', '/srv/x', '/etc/']) {
    t.is(permissions(path), '', path);
  }
});

test('where a run made files, any name is allowed, and there only', async (t) => {
  const permissions = await compile([edge('/tmp/tmp.8sd7', ['write', 'remove'], 'runtime'), edge('/top', ['write'], 'runtime'), edge('/data/', ['write'], 'runtime')]);
  t.is(permissions('/tmp/tmp.other'), 'wrlk');
  t.is(permissions('/data/deep/er'), 'wrlk');
  t.is(permissions('/top'), 'wrlk');
  t.is(permissions('/etc/passwd'), '');
});

test('a listed root allows the root only, and what one directory takes any name of is said once', async (t) => {
  const edges = [edge('/', ['list', 'read', 'stat']), edge('/tmp', ['list']), ...['/tmp/a', '/tmp/b/c'].map((path) => edge(path, ['write', 'read'], 'runtime')), edge('/tmp/x.so', ['map'], 'runtime'), edge('/etc/motd', ['read'])];
  const permissions = await compile(edges);
  t.is(permissions('/etc/shadow'), '');
  t.is(permissions('/'), 'r');
  t.is(permissions('/tmp/'), 'r');
  t.is(permissions('/tmp/b/other'), 'wrlk');
  t.is(permissions('/tmp/x.so'), 'wrlkm');
  t.false(textOf(appArmorProfile(edges, image, 1)).includes('/tmp/a'));
  const folded = await compile([edge('//', ['read'], 'runtime')]);
  t.is(folded('/anything/at/all'), 'r', 'rows that were summed up for the root');
});

test('what every container needs is allowed: reading /proc and /sys, devices', async (t) => {
  const permissions = await compile([]);
  t.is(permissions('/proc/self/maps'), 'r');
  t.is(permissions('/proc/1/attr/exec'), 'wr');
  t.is(permissions('/proc/sysrq-trigger'), 'r');
  t.is(permissions('/sys/kernel/mm'), 'r');
  t.is(permissions('/dev/null'), 'wrlk');
});

test('names of any bytes stand for themselves and for no pattern', async (t) => {
  await fc.assert(
    fc.asyncProperty(bytePaths, bytePaths, async (paths, others) => {
      const compiled = await compileAppArmor(bytesOf(appArmorProfile(paths.map((path) => edge(path, ['read'])), image, 1)));
      const own = new Set(paths);
      t.true(paths.every((path) => compiled(pathToBytes(path)) === 'r'));
      t.true(others.filter((path) => !own.has(path)).every((path) => compiled(pathToBytes(path)) === ''));
    }),
    {numRuns: 25},
  );
});

test('the profile is named after the image', (t) => {
  t.is(profileName(image.name), 'winnow-registry.example-5000-shop-1.4');
});
