import {Buffer} from 'node:buffer';
import test from 'ava';
import {decisionsIn} from '../../src/debloat/decisions.js';
import {filterDatabase, isFiltered, isReadByScanners, joinVersions} from '../../src/debloat/package-database.js';
import {readImageArchive} from '../../src/image/image-archive.js';
import {ImageTree} from '../../src/image/tree.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import type {FileDecision} from '../../src/model/debloat-config.js';
import {packagePresence} from '../../src/sbom/installed.js';
import {file, makeArchive, streamOf, symlink} from '../image/archives.js';

/** The database as it is after only `kept` and directories stay. */
async function filtered(files: Readonly<Record<string, string>>, kept: readonly ContainerPath[]): Promise<Record<string, string>> {
  const entries = Object.entries(files).map(([name, content]) => (content.startsWith('-> ') ? symlink(name, content.slice(3)) : file(name, content)));
  const index = await readImageArchive(streamOf(await makeArchive([entries])), {name: 'x'});
  const decided = index.files.map((entry): FileDecision => ({...entry, probability: 0, interval: [0, 0], decision: entry.type !== 'file' || kept.includes(entry.path) ? 'keep' : 'remove', reason: ''}));
  const contents = new Map(Object.entries(files).flatMap(([name, content]) => (isFiltered(`/${name}`) ? [[`/${name}`, Buffer.from(content)] as const] : [])));
  const presence = packagePresence(index, decisionsIn(decided));
  const database = filterDatabase(decided, new ImageTree(index), presence, contents);
  return Object.fromEntries([...database].map(([path, content]) => [path, content.toString()]));
}

const stanza = (name: string): string => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\nDescription: x\n more\n\n`;

test("dpkg's database names what is there: packages with a part left, and of them the files that stay", async (t) => {
  t.deepEqual(await filtered({
    'bin': '-> usr/bin',
    'usr/bin/dash': 'x', 'usr/bin/perl': 'x', 'usr/share/doc/dash/copyright': 'x',
    'etc/os-release': 'ID=debian\n',
    'var/lib/dpkg/status': stanza('dash') + stanza('perl'),
    'var/lib/dpkg/info/dash.list': '/.\n/bin\n/bin/dash\n/usr/share/doc/dash\n/usr/share/doc/dash/copyright\n',
    'var/lib/dpkg/info/dash.md5sums': `${'0'.repeat(32)}  bin/dash\n${'1'.repeat(32)}  usr/share/doc/dash/copyright\n`,
    'var/lib/dpkg/info/dash.postinst': '#!/bin/sh\n',
    'var/lib/dpkg/info/perl.list': '/usr/bin/perl\n',
    'var/lib/dpkg/info/perl.md5sums': `${'2'.repeat(32)}  usr/bin/perl\n`,
  }, ['/usr/bin/dash']), {
    '/var/lib/dpkg/status': stanza('dash'),
    '/var/lib/dpkg/info/dash.list': '/.\n/bin\n/bin/dash\n',
    '/var/lib/dpkg/info/dash.md5sums': `${'0'.repeat(32)}  bin/dash\n`,
  });
});

test('lists that name the architecture are of that one', async (t) => {
  const other = stanza('libc6').replace('amd64', 'i386');
  const database = await filtered({
    'lib/libc.so': 'x', 'var/lib/dpkg/status': stanza('libc6') + other,
    'var/lib/dpkg/info/libc6:amd64.list': '/lib/libc.so\n/lib/gone\n', 'var/lib/dpkg/info/libc6:i386.list': '/lib32/libc.so\n',
  }, ['/lib/libc.so']);
  t.is(database['/var/lib/dpkg/info/libc6:amd64.list'], '/lib/libc.so\n/lib/gone\n', 'what the image never had is no matter of debloating');
});

test("apk's database", async (t) => {
  const database = await filtered({
    'bin/busybox': 'x', 'etc/conf': 'x', 'usr/bin/perl': 'x',
    'lib/apk/db/installed': 'P:busybox\nV:1\nA:x\nF:bin\nR:busybox\na:0:0:755\nZ:Q1\nF:etc\nM:0:0:755\nR:conf\nZ:Q2\n\nP:perl\nV:5\nA:x\nF:usr/bin\nR:perl\nZ:Q3\n\n',
  }, ['/bin/busybox']);
  t.is(database['/lib/apk/db/installed'], 'P:busybox\nV:1\nA:x\nF:bin\nR:busybox\na:0:0:755\nZ:Q1\nF:etc\nM:0:0:755\n\n');
});

test('a database that some run read stays as it is', async (t) => {
  const database = await filtered({'usr/bin/perl': 'x', 'var/lib/dpkg/status': stanza('perl'), 'var/lib/dpkg/info/perl.list': '/usr/bin/perl\n'}, ['/var/lib/dpkg/status']);
  t.deepEqual(database, {});
});

test('what names the distribution stays, and rpm\'s database, as scanners read them', (t) => {
  const read = ['/etc/os-release', '/usr/lib/os-release', '/etc/debian_version', '/etc/alpine-release', '/var/lib/rpm/rpmdb.sqlite'];
  t.deepEqual([...read, '/etc/hostname', '/var/lib/dpkg/status', '/srv/etc/os-release'].filter(isReadByScanners), read);
});

test('of images that share a database, it names what one of them has', (t) => {
  const stanza = (name: string): string => `Package: ${name}\nStatus: install ok installed\n\n`;
  const joined = (whole: readonly string[], ...versions: readonly (readonly string[])[]): string =>
    joinVersions(Buffer.from(whole.join('')), versions.map((version) => Buffer.from(version.join('')))).toString();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(stanza) as [string, string, string, string];
  t.is(joined([a, b, c, d], [a], [c, d]), a + c + d);
  t.is(joined([a, b, c, d], [b, d], [b, d]), b + d);
  t.is(joined([a, b, c, d], [], [b]), b);
  t.is(joined([a, b, c, d]), a + b + c + d);
  t.is(joined([a, b], [a], [a, b]), a + b);
});
