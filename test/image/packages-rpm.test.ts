import {Buffer} from 'node:buffer';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {readImageArchive} from '../../src/image/image-archive.js';
import {addPackages} from '../../src/image/packages.js';
import {readTable} from '../../src/image/sqlite-table.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import {packageUrl} from '../../src/sbom/package-url.js';
import {type Entry, file, makeArchive, streamOf, symlink} from './archives.js';

/** One package as distributions make them, one of thousands of files, and as many small ones as make a tree of pages. */
const spec = `
Name: shop-tools
Epoch: 2
Version: 1.2~rc1
Release: 3
Summary: x
License: none
BuildArch: noarch
%description
x
%package -n many
Epoch: 0
Summary: x
%description -n many
x
%{lua: for n = 1, 150 do print("%package -n small" .. n .. "\\nSummary: x\\n%description -n small" .. n .. "\\nx\\n%files -n small" .. n .. "\\n/opt/small/" .. n .. "\\n") end}
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/shop %{buildroot}/etc %{buildroot}/opt/small %{buildroot}/opt/many
for n in $(seq 3000); do echo $n > %{buildroot}/opt/many/a-file-with-a-long-name-$n; done
for n in $(seq 150); do echo $n > %{buildroot}/opt/small/$n; done
echo a > %{buildroot}/usr/bin/shop
ln -s shop %{buildroot}/usr/bin/store
echo b > "%{buildroot}/usr/share/shop/a b é"
echo c > %{buildroot}/etc/shop.conf
%files
/usr/bin/shop
/usr/bin/store
%dir /usr/share/shop
"/usr/share/shop/a b é"
%config /etc/shop.conf
%files -n many
/opt/many
`;

interface Made {
  readonly database: Buffer;
  /** What rpm itself says. */
  readonly packages: readonly string[];
  readonly owned: readonly (readonly [path: string, name: string])[];
}

let made: Made;

test.before(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-rpm-'));
  try {
    const root = path.join(directory, 'root');
    await mkdir(root);
    await writeFile(path.join(directory, 'shop.spec'), spec);
    await execa('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${directory}`, path.join(directory, 'shop.spec')], {env: {LC_ALL: 'C.UTF-8'}});
    const options = ['--root', root, '--dbpath', '/var/lib/rpm', '--define', '_db_backend sqlite'];
    const {stdout: built} = await execa('find', [path.join(directory, 'RPMS'), '-name', '*.rpm']);
    await execa('rpm', [...options, '--install', '--nodeps', '--ignorearch', ...built.split('\n')]);
    const query = async (...more: string[]): Promise<string[]> => (await execa('rpm', [...options, '--query', '--all', ...more])).stdout.split('\n').sort();
    made = {
      database: await readFile(path.join(root, 'var/lib/rpm/rpmdb.sqlite')),
      packages: await query('--qf', '%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM}\n'),
      owned: (await query('--qf', '[%{FILENAMES}\t%{=NAME}\n]')).filter((line) => line !== '').map((line) => line.split('\t') as [string, string]),
    };
  } finally {
    await rm(directory, {recursive: true});
  }
});

const read = async (...layers: (readonly Entry[])[]): Promise<ImageIndex> => readImageArchive(streamOf(await makeArchive(layers)), {name: 'x'});

test("packages and owners are those that rpm's own query names", async (t) => {
  const directories = new Set(['/opt/many', '/usr/share/shop']);
  const index = await read([...made.owned.filter(([name]) => !directories.has(name)).map(([name]) => file(name.slice(1))), file('srv/own'), file('var/lib/rpm/rpmdb.sqlite', made.database)]);
  const ownerOf = new Map(index.files.map((entry) => [entry.path, entry.package]));
  for (const [name, owner] of made.owned) {
    t.is(ownerOf.get(name), owner);
  }
  t.is(ownerOf.get('/srv/own'), null);
  t.deepEqual((index.packages ?? []).map(({manager, name, version, architecture, source}) => {
    const [, epoch = '0', own = ''] = /^(?:(\d+):)?(.*)$/.exec(version) ?? [];
    return manager === 'rpm' ? `${name} ${epoch} ${own} ${architecture} ${source?.name ?? ''}-${source?.version ?? ''}.src.rpm` : manager;
  }).sort(), made.packages);
});

test('the database of newer distributions is found, and paths behind linked directories', async (t) => {
  const index = await read([symlink('etc', 'usr/etc'), file('usr/etc/shop.conf'), symlink('var/lib/rpm', '../../usr/lib/sysimage/rpm'), file('usr/lib/sysimage/rpm/rpmdb.sqlite', made.database)]);
  t.is(index.files.find((entry) => entry.path === '/usr/etc/shop.conf')?.package, 'shop-tools');
});

test('a package URL has the epoch and the source package apart', async (t) => {
  const {packages = []} = await read([file('var/lib/rpm/rpmdb.sqlite', made.database)]);
  const shop = packages.find(({name}) => name === 'shop-tools');
  t.is(shop?.version, '2:1.2~rc1-3');
  t.is(shop === undefined ? '' : packageUrl(shop, {id: 'fedora', version: '40'}), 'pkg:rpm/fedora/shop-tools@1.2~rc1-3?arch=noarch&distro=fedora-40&epoch=2&upstream=shop-tools-1.2~rc1-3.src.rpm');
});

test('a broken database is told in one line, and what stands before the fault counts', async (t) => {
  for (const [database, told] of [
    [Buffer.alloc(0), /is no SQLite database/], [made.database.subarray(0, 60), /rpmdb\.sqlite of the image can't be read whole: /],
    [made.database.subarray(0, made.database.length / 2), /page \d+ is not there/], [Buffer.from('SQLite format 3\0'), /can't be read whole/],
  ] as const) {
    const warnings: string[] = [];
    const {packages} = addPackages([], new Map([['/var/lib/rpm/rpmdb.sqlite', database]]), (problem) => void warnings.push(problem));
    t.is(warnings.length, 1);
    t.regex(warnings[0] ?? '', told);
    t.true(packages.length < made.packages.length);
  }
  const index = await read([file('var/lib/rpm/rpmdb.sqlite', 'x'), file('srv/own')]);
  t.deepEqual([index.packages, index.files.at(-1)?.package], [[], null]);
});

test('pages that lead back to themselves end', (t) => {
  const looped = Buffer.from(made.database);
  let interior = 0;
  for (let page = 1; page < looped.length / 4096; page += 1) {
    if (looped[page * 4096] === 0x05) {
      looped.writeUInt32BE(page + 1, page * 4096 + 8);
      interior += 1;
    }
  }
  t.true(interior > 0);
  t.throws(() => [...readTable(looped, 'Packages')], {instanceOf: RangeError, message: /is used twice/});
});

test('whatever bytes change, reading ends without a fault', (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.integer({min: 0, max: 255})), {minLength: 1, maxLength: 40}), (changes) => {
    const database = Buffer.from(made.database);
    changes.forEach(([place, value], at) => (database[Math.floor(place * (at % 2 === 0 ? database.length - 1 : 8192))] = value));
    addPackages([], new Map([['/var/lib/rpm/rpmdb.sqlite', database]]), () => undefined);
    t.pass();
  }), {numRuns: 60});
});
