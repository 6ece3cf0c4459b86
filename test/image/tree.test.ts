import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {ImageTree, parentPath} from '../../src/image/tree.js';
import type {ImageFile} from '../../src/model/image-index.js';

const makeFile = (filePath: string, type: ImageFile['type'] = 'file', linkTarget: string | null = null): ImageFile => ({
  path: filePath, type, layer: 0, bytes: 0, mode: 0o644, uid: 0, gid: 0,
  linkTarget, hardLinkGroup: null, package: null, interpreter: null, digest: null,
});

const tree = new ImageTree({
  files: [
    makeFile('/bin', 'symlink', 'usr/bin'),
    makeFile('/etc', 'directory'),
    makeFile('/etc/hosts'),
    makeFile('/loop', 'symlink', 'loop'),
    makeFile('/usr', 'directory'),
    makeFile('/usr/bin', 'directory'),
    makeFile('/usr/bin/env'),
    makeFile('/usr/bin/sh', 'symlink', '/bin/env'),
  ],
});

test('children lists direct entries only, the root too', (t) => {
  t.deepEqual(tree.children('/').map(({path}) => path), ['/bin', '/etc', '/loop', '/usr']);
  t.deepEqual(tree.children('/usr/bin').map(({path}) => path), ['/usr/bin/env', '/usr/bin/sh']);
  t.deepEqual(tree.children('/etc/hosts'), []);
});

test('each file knows where it and its directory stand in the index', (t) => {
  // "/a.b" stands between "/a" and what is in it.
  const files = ['/a', '/a.b', '/a.b/c', '/a/b', '/a/b/c', '/a/d'].map((name) => makeFile(name, name.endsWith('c') || name.endsWith('d') ? 'file' : 'directory'));
  const image = new ImageTree({files});
  t.deepEqual(files.map((file) => image.positionOf(file.path)), [0, 1, 2, 3, 4, 5]);
  t.deepEqual([...image.parentPositions()], [-1, -1, 1, 0, 3, 0]);
  t.is(image.positionOf('/a/x'), -1);
});

test('followed links are told in order by their own resolved path', (t) => {
  const {path, links, file} = tree.resolve('/bin/sh');
  t.deepEqual([path, links, file?.path], ['/usr/bin/env', ['/bin', '/usr/bin/sh', '/bin'], '/usr/bin/env']);
});

test('a last symlink stays itself where it is not to be followed, unless a slash follows it', (t) => {
  t.is(tree.resolve('/bin', {followLast: false}).path, '/bin');
  t.is(tree.resolve('/bin/', {followLast: false}).path, '/usr/bin');
});

test('relative paths start from the base, and ".." stops at the root', (t) => {
  t.is(tree.resolve('../etc/./hosts', {base: '/usr'}).path, '/etc/hosts');
  t.deepEqual(tree.resolve('../../..', {base: '/usr'}), {path: '/', links: [], file: null, error: null});
});

test('a failed walk names the path that was not found, up to the next ".."', (t) => {
  t.like(tree.resolve('/bin/python/lib/x'), {path: '/usr/bin/python/lib/x', error: 'ENOENT'});
  t.like(tree.resolve('/opt/a/../b'), {path: '/opt/a', error: 'ENOENT'});
  t.like(tree.resolve('/etc/hosts/'), {path: '/etc/hosts', error: 'ENOTDIR'});
  t.like(tree.resolve('', {base: '/etc'}), {path: '/etc', error: 'ENOENT'});
});

test('forty links may be followed, one more may not', (t) => {
  const chain = Array.from({length: 41}, (_, index) => makeFile(`/l${index}`, 'symlink', `l${index + 1}`));
  const long = new ImageTree({files: [...chain, makeFile('/l41')]});
  t.is(long.resolve('/l1').links.length, 40);
  t.like(long.resolve('/l0'), {path: '/l40', error: 'ELOOP'});
  t.is(tree.resolve('/loop').error, 'ELOOP');
});

test('the parent of a top-level entry is the root', (t) => {
  t.deepEqual(['/usr/bin', '/usr', '/'].map(parentPath), ['/usr', '/', '/']);
});

/** Opens each path with O_PATH inside a chroot, and asks /proc which file the kernel had arrived at. */
const kernelWalk = `
import errno, json, os, sys
root, queries = json.load(sys.stdin)
proc = os.open("/proc/self/fd", os.O_PATH)
os.chroot(root)
os.chdir("/")
answers = []
for q in queries:
  try:
    base = os.open(q["base"], os.O_PATH | os.O_DIRECTORY)
    fd = os.open(q["path"], os.O_PATH | (0 if q["followLast"] else os.O_NOFOLLOW), dir_fd=base)
    answers.append([os.readlink(str(fd), dir_fd=proc), None])
    os.close(fd)
    os.close(base)
  except OSError as e:
    answers.append([None, errno.errorcode[e.errno]])
print(json.dumps(answers))
`;

const names = fc.constantFrom('a', 'b', 'c', 'd');
const walkNames = fc.array(fc.oneof({weight: 6, arbitrary: names}, fc.constantFrom('..', '.', '')), {minLength: 1, maxLength: 6});
const walkPath = fc.tuple(fc.boolean(), walkNames)
  .map(([absolute, parts]) => (absolute ? '/' : '') + parts.join('/'))
  .filter((text) => text !== '');
const entries = fc.array(
  fc.tuple(fc.array(names, {minLength: 1, maxLength: 3}), fc.oneof(fc.constantFrom('file' as const, 'directory' as const), walkPath.map((target) => ({target})))),
  {minLength: 4, maxLength: 24},
);
const queries = fc.array(fc.record({path: walkPath, followLast: fc.boolean()}), {minLength: 20, maxLength: 40});

test('any walk ends where the kernel ends it in a chroot of the same tree', async (t) => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'winnow-test-tree-'));
  t.teardown(() => rm(scratch, {recursive: true}));
  let round = 0;
  await fc.assert(
    fc.asyncProperty(entries, queries, async (wanted, asked) => {
      const root = path.join(scratch, String(round += 1));
      const files = await makeOnDisk(root, wanted);
      const image = new ImageTree({files});
      const bases = ['/', ...files.filter(({type}) => type === 'directory').map((file) => file.path)];
      const based = asked.map((query, index) => ({...query, base: bases[index % bases.length] ?? '/'}));
      const run = promisify(execFile)('python3', ['-c', kernelWalk]);
      run.child.stdin?.end(JSON.stringify([root, based]));
      const kernel = JSON.parse((await run).stdout) as unknown;
      const ours = based.map(({path: asked, ...options}) => {
        const {path: found, error} = image.resolve(asked, options);
        return error === null ? [found, null] : [null, error];
      });
      t.deepEqual(ours, kernel);
    }),
    {numRuns: 60},
  );
});

/** Makes what can be made of the wanted entries, and returns it as an index would. */
async function makeOnDisk(root: string, wanted: readonly (readonly [string[], 'file' | 'directory' | {target: string}])[]): Promise<ImageFile[]> {
  await mkdir(root);
  const made = new Map<string, ImageFile>();
  for (const [parts, kind] of wanted) {
    const parents = parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
    const own = `/${parts.join('/')}`;
    if (made.has(own) || parents.some((parent) => (made.get(parent)?.type ?? 'directory') !== 'directory')) {
      continue;
    }
    for (const directory of kind === 'directory' ? [...parents, own] : parents) {
      await mkdir(root + directory, {recursive: true});
      made.set(directory, makeFile(directory, 'directory'));
    }
    if (kind === 'file') {
      await writeFile(root + own, '');
      made.set(own, makeFile(own));
    } else if (kind !== 'directory') {
      await symlink(kind.target, root + own);
      made.set(own, makeFile(own, 'symlink', kind.target));
    }
  }
  return [...made.values()];
}
