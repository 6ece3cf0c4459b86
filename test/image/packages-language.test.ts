import {Buffer} from 'node:buffer';
import {cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {readImageArchive} from '../../src/image/image-archive.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import {packagePresence} from '../../src/sbom/installed.js';
import {packageUrl} from '../../src/sbom/package-url.js';
import {type Entry, file, makeArchive, streamOf, symlink} from './archives.js';

const read = async (...layers: (readonly Entry[])[]): Promise<ImageIndex> => readImageArchive(streamOf(await makeArchive(layers)), {name: 'x'});
const ownersOf = ({files}: ImageIndex): Record<string, string | null> => Object.fromEntries(files.map((entry) => [entry.path, entry.package]));
const unknownDistribution = {id: '', version: ''};

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-packages-'));
  t.teardown(() => rm(directory, {recursive: true}));
  return directory;
}

/** All regular files below a directory, as an image has them below `place`. */
async function entriesBelow(directory: string, place: string): Promise<Entry[]> {
  const found = await readdir(directory, {recursive: true, withFileTypes: true});
  return Promise.all(found.filter((entry) => entry.isFile()).map(async (entry) => {
    const full = path.join(entry.parentPath, entry.name);
    return file(path.join(place, path.relative(directory, full)), await readFile(full));
  }));
}

test("what npm installed owns the files that npm's own packing list names, nested packages theirs", async (t) => {
  const root = path.resolve(import.meta.dirname, '../..');
  const lock = JSON.parse(await readFile(path.join(root, 'node_modules/.package-lock.json'), 'utf8')) as {packages: Record<string, {version: string}>};
  const names = ['ajv', '@types/node', 'execa'];
  const installed = Object.keys(lock.packages).filter((place) => names.some((name) => place === `node_modules/${name}` || place.startsWith(`node_modules/${name}/node_modules/`)));
  const entries = (await Promise.all(names.map((name) => entriesBelow(path.join(root, 'node_modules', name), `srv/app/node_modules/${name}`)))).flat();
  const index = await read([...entries, file('srv/app/index.js')]);
  const innermost = (name: string): string => installed.filter((place) => name.startsWith(`/srv/app/${place}/`)).sort((a, b) => b.length - a.length)[0] ?? '';
  for (const {path: name, type, package: owner} of index.files) {
    if (type === 'file') {
      t.is(owner, name === '/srv/app/index.js' ? null : `npm:${innermost(name).replace(/^.*node_modules\//, '')}`, name);
    }
  }
  t.deepEqual(
    (index.packages ?? []).map(({manager, name, version}) => `${manager} ${name} ${version}`).sort(),
    installed.map((place) => `npm ${place.replace(/^.*node_modules\//, '')} ${lock.packages[place]?.version ?? ''}`).sort(),
  );
});

test('what pip would have installed owns what its record names, links to directories resolved', async (t) => {
  const metadata = 'Metadata-Version: 2.1\nName: Shop-Tools\nVersion: 1.2\nClassifier: x\n\nName: not this\n';
  const record = 'shop/__init__.py,sha256=x,1\n"shop/a,""b"".py",,\n../../../bin/shop,sha256=y,2\nshop_tools-1.2.dist-info/METADATA,,\nshop_tools-1.2.dist-info/RECORD,,\nshop/gone.py,,\n';
  const site = 'usr/local/lib/python3.11/site-packages';
  const index = await read([
    file(`${site}/shop/__init__.py`), file(`${site}/shop/a,"b".py`), file(`${site}/own.py`), file('usr/local/bin/shop'), symlink('usr/lib64', 'lib'),
    file(`${site}/shop_tools-1.2.dist-info/METADATA`, metadata), file(`${site}/shop_tools-1.2.dist-info/RECORD`, record),
  ]);
  t.like(ownersOf(index), {
    [`/${site}/shop/__init__.py`]: 'pypi:Shop-Tools', [`/${site}/shop/a,"b".py`]: 'pypi:Shop-Tools', '/usr/local/bin/shop': 'pypi:Shop-Tools',
    [`/${site}/own.py`]: null, [`/${site}/shop_tools-1.2.dist-info/RECORD`]: 'pypi:Shop-Tools',
  });
  t.deepEqual(index.packages?.map((found) => packageUrl(found, unknownDistribution)), ['pkg:pypi/shop-tools@1.2']);
});

test('a wheel that pip installs owns what it brought', async (t) => {
  const directory = await temporaryDirectory(t);
  const wheel = path.join(directory, 'shop-3.1-py3-none-any.whl');
  const contents = {
    'shop/__init__.py': 'def main(): pass\n',
    'shop-3.1.dist-info/METADATA': 'Metadata-Version: 2.1\nName: shop\nVersion: 3.1\n',
    'shop-3.1.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    'shop-3.1.dist-info/entry_points.txt': '[console_scripts]\nshop = shop:main\n',
    'shop-3.1.dist-info/RECORD': '',
  };
  const pack = 'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as archive:\n  for name, text in json.load(sys.stdin).items(): archive.writestr(name, text)\n';
  await execa('/usr/bin/python3', ['-c', pack, wheel], {input: JSON.stringify(contents)});
  await execa('/usr/bin/python3', ['-m', 'pip', 'install', '--quiet', '--no-index', '--no-warn-script-location', '--prefix', path.join(directory, 'usr'), wheel]);
  const index = await read(await entriesBelow(path.join(directory, 'usr'), 'usr'));
  t.deepEqual([...new Set(index.files.filter(({type}) => type === 'file').map((entry) => entry.package))], ['pypi:shop']);
  t.true(index.files.some(({path: name}) => name.endsWith('/bin/shop')));
  t.like(index.packages, {0: {manager: 'pypi', name: 'shop', version: '3.1'}, length: 1});
});

test('a gem owns its directory and its specification, and so does one that was compiled', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'shop.gemspec'), "Gem::Specification.new do |s|\n  s.name = 'shop'\n  s.version = '0.9.1'\n  s.summary = 's'\n  s.authors = ['a']\n  s.files = ['lib/shop.rb']\nend\n");
  await mkdir(path.join(directory, 'lib'));
  await writeFile(path.join(directory, 'lib/shop.rb'), 'module Shop; end\n');
  await execa('gem', ['build', '--silent', 'shop.gemspec'], {cwd: directory});
  await execa('gem', ['install', '--silent', '--local', '--no-document', '--install-dir', path.join(directory, 'home'), 'shop-0.9.1.gem'], {cwd: directory});
  await cp(path.join(directory, 'home/gems/shop-0.9.1'), path.join(directory, 'home/extensions/x86_64-linux/3.1.0/shop-0.9.1'), {recursive: true});
  const home = '/var/lib/gems/3.1.0';
  const index = await read([...await entriesBelow(path.join(directory, 'home'), home.slice(1)), file('var/lib/gems/3.1.0/gems/other-1/x.rb')]);
  t.like(ownersOf(index), {
    [`${home}/gems/shop-0.9.1/lib/shop.rb`]: 'gem:shop', [`${home}/specifications/shop-0.9.1.gemspec`]: 'gem:shop',
    [`${home}/extensions/x86_64-linux/3.1.0/shop-0.9.1/lib/shop.rb`]: 'gem:shop', [`${home}/gems/other-1/x.rb`]: null,
  });
  t.like(index.packages, {0: {manager: 'gem', name: 'shop', version: '0.9.1'}, length: 1});
});

test('a Java archive is a package, by its name', async (t) => {
  const index = await read([file('opt/app/lib/commons-io-2.11.0.jar'), file('opt/app/app.jar')]);
  t.like(ownersOf(index), {'/opt/app/lib/commons-io-2.11.0.jar': 'maven:commons-io', '/opt/app/app.jar': null});
  t.deepEqual(index.packages?.map((found) => packageUrl(found, unknownDistribution)), ['pkg:maven/commons-io@2.11.0']);
});

test("the distribution's packages come first, and hold those of a language", async (t) => {
  const site = 'usr/lib/python3/dist-packages';
  const status = 'Package: python3-six\nStatus: install ok installed\nArchitecture: all\nVersion: 1.16\n\n';
  const index = await read([
    file(`${site}/six.py`), file(`${site}/six-1.16.egg-info/PKG-INFO`, 'Name: six\nVersion: 1.16\n'), file('var/lib/dpkg/status', status),
    file('var/lib/dpkg/info/python3-six.list', `/.\n/${site}/six.py\n/${site}/six-1.16.egg-info\n/${site}/six-1.16.egg-info/PKG-INFO\n`),
  ]);
  t.is(ownersOf(index)[`/${site}/six.py`], 'python3-six');
  t.deepEqual(index.packages?.map(({name}) => name), ['python3-six']);
});

test('packages of one name in a distribution and a language are counted apart', async (t) => {
  const status = 'Package: tar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.34\n\n';
  const index = await read([
    file('bin/tar'), file('var/lib/dpkg/status', status), file('var/lib/dpkg/info/tar.list', '/.\n/bin/tar\n'),
    file('srv/node_modules/tar/package.json', '{"name": "tar", "version": "7.0.0"}'), file('srv/node_modules/tar/index.js'),
  ]);
  t.deepEqual(packagePresence(index, new Map()).map(({package: {manager, name}, files}) => [manager, name, files]), [['npm', 'tar', 2], ['dpkg', 'tar', 1]]);
});

test('manifests that are no manifests claim nothing', async (t) => {
  const index = await read([
    file('srv/node_modules/a/package.json', '{'), file('srv/node_modules/b/package.json', '[]'), file('srv/node_modules/c/package.json', Buffer.from([0xff, 0])),
    file('srv/node_modules/d/package.json', '{"name": 5}'), file('usr/specifications/e-1.gemspec', 'nothing'),
  ]);
  t.deepEqual(index.packages, []);
  t.true(index.files.every((entry) => entry.package === null));
});
