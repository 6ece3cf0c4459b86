import test, {type ExecutionContext} from 'ava';
import {AccessResolver, type ResolvedAccess} from '../../src/capture/resolve.js';
import {ImageTree} from '../../src/image/tree.js';
import type {Operation} from '../../src/model/access.js';
import type {ImageFile} from '../../src/model/image-index.js';
import type {AccessTarget} from '../../src/wire/probe-event.js';

function file(path: string, linkTarget: string | null = null, type: ImageFile['type'] = linkTarget === null ? 'file' : 'symlink'): ImageFile {
  return {path, type, layer: 0, bytes: 1, mode: 0o644, uid: 0, gid: 0, linkTarget, hardLinkGroup: null, package: null, interpreter: null, digest: null};
}

const tree = new ImageTree({
  files: [
    file('/bin', 'usr/bin'), file('/data', null, 'directory'), file('/data/seed'), file('/usr', null, 'directory'),
    file('/usr/bin', null, 'directory'), file('/usr/bin/awk', '/usr/bin/mawk'), file('/usr/bin/mawk'),
  ],
});

interface Case {
  readonly target: AccessTarget;
  readonly op?: Operation;
  readonly errno?: number;
}

const resolves = test.macro((t: ExecutionContext, {target, op = 'read', errno = 0}: Case, expected: readonly Partial<ResolvedAccess>[]) => {
  const resolver = new AccessResolver({tree, mounts: ['/data']});
  resolver.rootDev = 39;
  const actual = resolver.resolve(target, op, errno);
  t.is(actual?.length, expected.length);
  expected.forEach((access, index) => t.like(actual?.[index], access));
});

const name = (text: string, base: string | null = null, followLast = true): AccessTarget => ({by: 'name', base, name: text, followLast});

test('each symlink on the way is an access of its own', resolves, {target: name('/bin/awk'), op: 'stat'}, [
  {path: '/bin', op: 'lookup', linkTarget: 'usr/bin', origin: 'image'},
  {path: '/usr/bin/awk', op: 'lookup', linkTarget: '/usr/bin/mawk', origin: 'image'},
  {path: '/usr/bin/mawk', op: 'stat', linkTarget: null, origin: 'image'},
]);

test('a call on a link itself does not follow it', resolves, {target: name('/usr/bin/awk', null, false), op: 'stat'}, [
  {path: '/usr/bin/awk', op: 'stat', linkTarget: '/usr/bin/mawk'},
]);

test('a relative name starts from its base', resolves, {target: name('../bin/mawk', '/usr/bin')}, [{path: '/usr/bin/mawk'}]);

test('what is not there is absent', resolves, {target: name('/usr/lib/x'), errno: 2}, [
  {path: '/usr/lib/x', ok: false, errno: 2, origin: 'absent'},
]);

test('what is there but may not be opened is of the image', resolves, {target: name('/usr/bin/mawk'), errno: 13}, [
  {path: '/usr/bin/mawk', ok: false, errno: 13, origin: 'image'},
]);

test('what the run itself made is of the run', resolves, {target: name('/usr/made')}, [{path: '/usr/made', ok: true, origin: 'runtime'}]);

test("a mount hides the image's file of the same path", resolves, {target: name('/data/seed')}, [{path: '/data/seed', origin: 'mount'}]);

test("the kernel's word on identity wins over the name", resolves,
  {target: {by: 'file', path: '/usr/bin/mawk', dev: 39, inode: 7n, requested: {base: null, name: '/bin/awk', followLast: true}}},
  [{path: '/bin'}, {path: '/usr/bin/awk'}, {path: '/usr/bin/mawk', inode: 7n, origin: 'image'}],
);

test('a file of another device that the image does not have is on a mount', resolves,
  {target: {by: 'file', path: '/var/cache/x', dev: 40, inode: 7n}}, [{path: '/var/cache/x', origin: 'mount'}],
);

test('a file of the root device that the image does not have is of the run', resolves,
  {target: {by: 'file', path: '/var/cache/x', dev: 39, inode: 7n}}, [{path: '/var/cache/x', origin: 'runtime'}],
);

test('a relative name without a known base is not guessed', (t) => {
  t.is(new AccessResolver({tree}).resolve(name('x'), 'read', 0), null);
});
