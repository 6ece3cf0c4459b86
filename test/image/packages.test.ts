import {lstatSync} from 'node:fs';
import {realpath} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {readImageArchive} from '../../src/image/image-archive.js';
import {type Entry, file, makeArchive, streamOf, symlink} from './archives.js';
import {removeLater, startContainer, uniqueTag} from './engine-truth.js';

const owners = test.macro(async (t: ExecutionContext, layers: readonly (readonly Entry[])[], expected: Readonly<Record<string, string | null>>) => {
  const {files} = await readImageArchive(streamOf(await makeArchive(layers)), {name: 'x'});
  const found = Object.fromEntries(files.map((file) => [file.path, file.package]));
  t.like(found, expected);
});

const stanza = (name: string, state = 'install ok installed', architecture = 'amd64') =>
  `Package: ${name}\nStatus: ${state}\nArchitecture: ${architecture}\nDescription: x\n more\n\n`;
const dpkgList = (name: string, ...paths: string[]) => file(`var/lib/dpkg/info/${name}.list`, ['/.', ...paths, ''].join('\n'));

test('dpkg paths are found behind symlinked directories', owners, [[
  symlink('bin', 'usr/bin'), file('usr/bin/ls'), symlink('usr/bin/dir', 'ls'),
  file('var/lib/dpkg/status', stanza('coreutils')), dpkgList('coreutils', '/bin', '/bin/ls', '/bin/dir'),
]], {'/usr/bin/ls': 'coreutils', '/usr/bin/dir': 'coreutils', '/var/lib/dpkg/status': null});

test('a directory of several packages belongs to none', owners, [[
  file('usr/share/one/x'), file('usr/share/y'), file('var/lib/dpkg/status', stanza('one') + stanza('two')),
  dpkgList('one', '/usr', '/usr/share', '/usr/share/one', '/usr/share/one/x'), dpkgList('two', '/usr', '/usr/share', '/usr/share/y'),
]], {'/usr/share': null, '/usr/share/one': 'one', '/usr/share/one/x': 'one', '/usr/share/y': 'two'});

test('removed packages own nothing, multi-arch lists count by architecture', owners, [[
  file('etc/gone.conf'), file('lib/libc.so'), file('lib32/libc.so'),
  file('var/lib/dpkg/status', stanza('gone', 'deinstall ok config-files') + stanza('libc6') + stanza('libc6', 'deinstall ok config-files', 'i386')),
  dpkgList('gone', '/etc/gone.conf'), dpkgList('libc6:amd64', '/lib/libc.so'), dpkgList('libc6:i386', '/lib32/libc.so'),
]], {'/etc/gone.conf': null, '/lib/libc.so': 'libc6', '/lib32/libc.so': null});

test('a diverted file belongs to its package under its new name', owners, [[
  file('usr/bin/tool'), file('usr/bin/tool.real'), file('var/lib/dpkg/status', stanza('tool') + stanza('wrapper')),
  file('var/lib/dpkg/diversions', '/usr/bin/tool\n/usr/bin/tool.real\nwrapper\n'),
  dpkgList('tool', '/usr/bin/tool'), dpkgList('wrapper', '/usr/bin/tool'),
]], {'/usr/bin/tool': 'wrapper', '/usr/bin/tool.real': 'tool'});

test('the database of the highest layer counts', owners, [
  [file('a'), file('b'), file('var/lib/dpkg/status', stanza('old')), dpkgList('old', '/a', '/b')],
  [file('var/lib/dpkg/status', stanza('new')), dpkgList('new', '/b')],
], {'/a': null, '/b': 'new'});

test('names beyond ASCII are owned too', owners, [[
  file('é'), file('var/lib/dpkg/status', stanza('accents')), dpkgList('accents', '/é'),
]], {'/é': 'accents'});

const apk = 'C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n\nP:busybox\nV:1.36\nF:\nR:linuxrc\nF:bin\nR:busybox\nF:etc\nM:0:0:755\nR:securetty\n\n';

test("Alpine's database is read", owners, [[
  file('bin/busybox'), file('lib/ld-musl-x86_64.so.1'), file('etc/securetty'), file('etc/own'), file('linuxrc'), file('lib/apk/db/installed', apk),
]], {'/bin/busybox': 'busybox', '/bin': 'busybox', '/lib/ld-musl-x86_64.so.1': 'musl', '/etc/securetty': 'busybox', '/etc/own': null, '/linuxrc': 'busybox', '/lib/apk/db/installed': null});

test("Alpine's database behind a symlinked /lib is read", owners, [[
  symlink('lib', 'usr/lib'), file('usr/lib/ld-musl-x86_64.so.1'), file('usr/lib/apk/db/installed', apk),
]], {'/usr/lib/ld-musl-x86_64.so.1': 'musl'});

/** Debian packages as this host has them, in an image; the truth is dpkg's word on each path and the kernel's on which file that is. */
test("real packages own the files that dpkg and the container's kernel say", async (t) => {
  const packages = ['dash', 'bash', 'diffutils', 'passwd', 'perl-base', 'base-files'];
  const claims = await Promise.all(packages.map(async (name) => ({name, paths: await listPackage(name)})));
  const tag = uniqueTag('packages');
  await importPaths(t, tag, packages, claims.flatMap(({paths}) => paths));

  // In one container: devices and directories' inodes of an overlay are others in each.
  const inside = await startContainer(t, tag);
  const inodes = new Map<string, string>();
  for (const line of await inside(`/busybox find / -xdev -exec /busybox stat -c '%d:%i %n' {} +`)) {
    inodes.set(line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' ')));
  }
  const claimants = new Map<string, Set<string>>();
  for (const {name, paths} of claims) {
    const list = paths.map((path) => `'${path.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    for (const inode of await inside(`/busybox stat -c %d:%i ${list} 2>&- || true`)) {
      claimants.set(inode, (claimants.get(inode) ?? new Set()).add(name));
    }
  }

  const {files} = await readEngineImage(await openEngine(), tag);
  const soleOwner = (path: string) => {
    const names = [...(claimants.get(inodes.get(path) ?? '') ?? [])];
    return names.length === 1 ? names[0] : null;
  };
  const wrong = files.filter((file) => inodes.has(file.path) && file.package !== soleOwner(file.path));
  t.deepEqual(wrong.map(({path, package: owner}) => [path, owner, soleOwner(path)]), []);
  t.true(files.filter((file) => file.package !== null).length > 500);
});

/** `dpkg -L` says where a diverted file went on a line of its own. */
async function listPackage(name: string): Promise<string[]> {
  const {stdout} = await execa('dpkg-query', ['--listfiles', name], {env: {LC_ALL: 'C'}});
  const paths: string[] = [];
  for (const line of stdout.split('\n').filter((line) => line !== '' && line !== '/.')) {
    const diverted = /^diverted by \S+ to: (.*)$/.exec(line)?.[1];
    if (diverted !== undefined) {
      paths[paths.length - 1] = diverted;
    } else if (line.startsWith('/')) {
      paths.push(line);
    }
  }
  return paths;
}

/** This host's files of those paths, with what dpkg needs to know of them, as an image. */
async function importPaths(t: ExecutionContext, tag: string, packages: readonly string[], paths: readonly string[]): Promise<void> {
  const extra = ['/bin', '/sbin', '/lib', '/lib64', '/usr/bin/busybox', '/var/lib/dpkg/status', '/var/lib/dpkg/diversions'];
  const lists = packages.map((name) => `/var/lib/dpkg/info/${name}.list`);
  const real = await Promise.all([...extra, ...lists, ...paths].map(async (name) => path.join(await realpath(path.dirname(name)).catch(() => ''), path.basename(name))));
  const present = [...new Set(real)].filter((name) => lstatSync(name, {throwIfNoEntry: false}) !== undefined);
  removeLater(t, tag);
  await execa('tar', ['--create', '--directory=/', '--no-recursion', '--transform=s,^/*usr/bin/busybox$,busybox,', '--files-from=-'], {input: present.join('\n')})
    .pipe('docker', ['import', '-', tag]);
}

test('packages are listed with version, architecture and source, by name', async (t) => {
  const status = 'Package: perl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.36\n\n'
    + 'Package: libc6\nStatus: install ok installed\nArchitecture: i386\nSource: glibc (2.36-9)\nVersion: 2.36-9+b1\n\n'
    + 'Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n';
  const release = file('usr/lib/os-release', 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n');
  const {packages, distribution} = await readImageArchive(streamOf(await makeArchive([[file('var/lib/dpkg/status', status), release]])), {name: 'x'});
  t.deepEqual(packages, [
    {manager: 'dpkg', name: 'libc6', version: '2.36-9+b1', architecture: 'i386', source: {name: 'glibc', version: '2.36-9'}},
    {manager: 'dpkg', name: 'perl', version: '5.36', architecture: 'amd64', source: {name: 'perl', version: '5.36'}},
  ]);
  t.deepEqual(distribution, {id: 'debian', version: '12'});
  const alpine = await readImageArchive(streamOf(await makeArchive([[file('lib/apk/db/installed', apk)]])), {name: 'x'});
  t.deepEqual(alpine.packages, [
    {manager: 'apk', name: 'busybox', version: '1.36', architecture: '', source: null},
    {manager: 'apk', name: 'musl', version: '1.2.4-r2', architecture: 'x86_64', source: null},
  ]);
});
