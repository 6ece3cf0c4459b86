import {fileURLToPath} from 'node:url';
import {setTimeout as wait} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {freePort} from '../../scripts/tour/free-port.js';
import {ensureSample, sample} from '../capture/images.js';

const visit = fileURLToPath(new URL('../../scripts/sample/visit', import.meta.url));

test.before(ensureSample);

async function idOfSample(): Promise<string> {
  return (await execa('docker', ['image', 'inspect', '--format={{.Id}}', sample])).stdout;
}

/** Address of a shop of the test's own. */
async function startShop(t: ExecutionContext): Promise<{shop: string; container: string}> {
  const port = await freePort();
  const {stdout: container} = await execa('docker', ['run', '--detach', '--rm', '--network=host', `--env=PORT=${port}`, sample]);
  t.teardown(() => execa('docker', ['rm', '--force', container], {reject: false}));
  const shop = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${shop}/healthz`).then(({ok}) => ok, () => false))) {
    await wait(50);
  }
  return {shop, container};
}

test('the sample is made once', async (t) => {
  const before = await idOfSample();
  await ensureSample();
  t.is(await idOfSample(), before);
});

test('the sample has what images in the wild have', async (t) => {
  const {stdout} = await execa('docker', ['image', 'inspect', '--format={{json .}}', sample]);
  const {Config, RootFS} = JSON.parse(stdout) as {Config: {User: string; WorkingDir: string}; RootFS: {Layers: string[]}};
  t.is(RootFS.Layers.length, 4);
  t.is(Config.User, 'shop');
  t.is(Config.WorkingDir, '/srv/shop');
  const {stdout: facts} = await execa('docker', ['run', '--rm', '--network=none', '--entrypoint=sh', sample, '-c', `
    getcap /usr/bin/ping
    find /usr/local/bin -type l | wc -l
    stat -c %h /usr/local/bin/shop-backup
    stat -c %U /var/lib/shop
    ls /usr/share/doc/git /srv/shop/bin/draw-pictures 2>&1 | grep -c 'No such file'
    ls /etc/apt/sources.list.d | wc -l`]);
  t.deepEqual(facts.split('\n'), ['/usr/bin/ping cap_net_raw=ep', '2', '3', 'shop', '2', '0']);
});

test('the shop serves pages, an API and reports to its visitors', async (t) => {
  const {shop, container} = await startShop(t);
  for (const kind of ['browse', 'order', 'report']) {
    await execa(visit, [kind, shop]);
  }
  t.regex(await (await fetch(`${shop}/`, {headers: {'accept-language': 'de'}})).text(), /Der Laden an der Ecke/);
  t.is((await fetch(`${shop}/static/../../../etc/passwd`)).status, 404);
  t.is((await fetch(`${shop}/api/orders`, {method: 'POST', body: '{"product": 0}'})).status, 400);
  t.regex((await execa('docker', ['exec', container, 'shop-report'])).stdout, /^large lid +\d+ +\d+\.\d\d\n/);
  t.is((await execa('docker', ['exec', container, 'sh', '-c', 'shop-backup | shop-backup --check'])).stdout.split(' ').at(1), 'products');
});
