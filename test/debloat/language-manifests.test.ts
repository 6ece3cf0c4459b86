import test from 'ava';
import {decisionsIn} from '../../src/debloat/decisions.js';
import {manifestsOfKept} from '../../src/debloat/language-manifests.js';
import type {PlannedFile} from '../../src/debloat/planned-file.js';
import {readImageArchive} from '../../src/image/image-archive.js';
import {packagePresence} from '../../src/sbom/installed.js';
import {file, makeArchive, streamOf} from '../image/archives.js';

const site = 'usr/lib/python3.11/site-packages';
const gems = 'usr/local/lib/ruby/gems/3.1.0';
const python = (name: string) => [
  file(`${site}/${name}/__init__.py`), file(`${site}/${name}-1.dist-info/METADATA`, `Name: ${name}\nVersion: 1\n\n`),
  file(`${site}/${name}-1.dist-info/RECORD`, [`${name}/__init__.py,,`, `${name}-1.dist-info/METADATA,,`, `${name}-1.dist-info/RECORD,,`, ''].join('\n')),
];
const node = (name: string) => [file(`srv/node_modules/${name}/index.js`), file(`srv/node_modules/${name}/package.json`, JSON.stringify({name, version: '1'}))];
const gem = (name: string) => [file(`${gems}/gems/${name}-1/lib/${name}.rb`), file(`${gems}/specifications/${name}-1.gemspec`, `Gem::Specification.new do |s|\n  s.name = "${name}"\n  s.version = "1"\nend\n`)];

/** Manifests that stay where only these files do. */
async function manifests(...kept: readonly string[]): Promise<string[]> {
  const index = await readImageArchive(streamOf(await makeArchive([['used', 'idle'].flatMap((name) => [...python(name), ...node(name), ...gem(name)])])), {name: 'x'});
  const planned = index.files.map((entry): PlannedFile => ({...entry, decision: entry.type !== 'file' || kept.includes(entry.path) ? 'keep' : 'remove', reason: ''}));
  return [...manifestsOfKept(planned, packagePresence(index, decisionsIn(planned)))];
}

test('scanners find the packages of pip, npm and RubyGems of which something stays, and no others', async (t) => {
  t.deepEqual(await manifests(`/${site}/used/__init__.py`, '/srv/node_modules/used/index.js', `/${gems}/gems/used-1/lib/used.rb`), [
    '/srv/node_modules/used/package.json', `/${site}/used-1.dist-info/METADATA`, `/${gems}/specifications/used-1.gemspec`,
  ]);
  t.deepEqual(await manifests(), []);
});
