import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {freePort} from '../../../scripts/tour/free-port.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {ensureSample, sample} from '../../capture/images.js';
import {removeLater, uniqueTag} from '../../image/engine-truth.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

interface Report {
  readonly verification: {readonly status: string};
  readonly packages: readonly {readonly name: string; readonly version: string; readonly state: string}[];
}

interface Spdx {
  readonly packages: readonly {readonly name: string; readonly versionInfo: string}[];
}

test('a service of Debian packages still serves, and dpkg finds exactly what the report and the bill say', async (t) => {
  await ensureSample();
  const store = await temporaryStore(t);
  const slim = uniqueTag('shop');
  removeLater(t, slim);
  const url = `http://127.0.0.1:${await freePort()}`;
  await writeFile(path.join(store, 'winnow.yaml'), `workloads:
  - name: smoke
    network: host
    env: {PORT: "${new URL(url).port}"}
    ready: http:${url}/healthz
    steps: [{http: "${url}/"}, {http: "${url}/no-such-page"}]
`);
  const profiled = await winnow(['profile', sample, '--config', path.join(store, 'winnow.yaml'), '--store', store, '--backend=ebpf']);
  t.is(profiled.code, ExitCode.done, profiled.err);
  const {code, out, err} = await winnow(['debloat', sample, '--tag', slim, '--store', store, '--report', path.join(store, 'report.json'), '--sbom', path.join(store, 'bills')]);
  t.is(code, ExitCode.done, out + err);
  const {packages, verification} = JSON.parse(await readFile(path.join(store, 'report.json'), 'utf8')) as Report;
  t.is(verification.status, 'passed');

  const tree = path.join(store, 'tree');
  await mkdir(tree);
  const {stdout: container} = await execa('docker', ['create', slim]);
  t.teardown(() => execa('docker', ['rm', container]));
  await execa('sh', ['-c', `docker export ${container} | tar --extract --directory "${tree}"`]);
  const installed = linesOf((await execa('dpkg-query', [`--admindir=${tree}/var/lib/dpkg`, '--show', '--showformat=${Package} ${Version}\n'])).stdout).sort();
  const named = (state: (of: string) => boolean): string[] => packages.filter((of) => state(of.state)).map(({name, version}) => `${name} ${version}`).sort();
  t.deepEqual(installed, named((state) => state !== 'removed'));
  t.true(installed.some((line) => line.startsWith('python3')));
  t.true(named((state) => state === 'removed').some((line) => line.startsWith('git ')));
  const bill = async (name: string): Promise<string[]> => (JSON.parse(await readFile(path.join(store, 'bills', name), 'utf8')) as Spdx).packages.slice(1).map(({name: of, versionInfo}) => `${of} ${versionInfo}`).sort();
  t.deepEqual(await bill('after.spdx.json'), installed);
  t.deepEqual(await bill('before.spdx.json'), named(() => true));

  const verified = await execa('dpkg', ['--root', tree, '--verify'], {reject: false});
  // The sample image itself lacks that directory.
  t.deepEqual(linesOf(verified.stdout).filter((line) => !line.endsWith(' /usr/share/info')), [], 'every file that its lists name is there, with the digest that they say');
  t.regex(await readFile(path.join(tree, 'etc/os-release'), 'utf8'), /^ID=debian$/m);
});
