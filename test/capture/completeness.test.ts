import {chmod, copyFile, mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {readCachedIndex} from '../../src/image/index-cache.js';
import {ImageTree} from '../../src/image/tree.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {ensureSample, sample} from './images.js';

/** Starts the service, asks it for pages and the API, then runs the report: everything inside, under one strace. */
const workload = `
set -e
python3 -m shop & service=$!
until curl -sf http://127.0.0.1:8080/ >/dev/null; do sleep 0.1; done
for page in / /search?q=tea '/report?kind=stock' /static/shop.css /api/products /nowhere; do
  curl -s "http://127.0.0.1:8080$page" >/dev/null
done
shop-report >/dev/null
git --version >/dev/null
kill $service
wait $service || true`;

test.before(ensureSample);

/** A directory with strace and the libraries it needs, since no image has it. */
async function straceDirectory(directory: string): Promise<void> {
  const {stdout} = await execa('ldd', ['/usr/bin/strace']);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(/g)].map((match) => match[1] ?? '');
  await mkdir(directory, {recursive: true});
  for (const file of ['/usr/bin/strace', ...libraries]) {
    await copyFile(file, path.join(directory, path.basename(file)));
  }
}

test('every image file that strace sees opened, looked at or run is in the run too', async (t) => {
  const store = await temporaryStore(t);
  const [tools, logs] = [path.join(store, 'strace'), path.join(store, 'logs')];
  await straceDirectory(tools);
  await mkdir(logs);
  await chmod(logs, 0o777);
  await chmod(store, 0o755);
  const {code, err} = await winnow([
    'profile', sample, '--backend=ebpf', '--store', store, '--docker-arg=--network=none', '--docker-arg=--cap-add=SYS_PTRACE',
    `--docker-arg=--volume=${tools}:/strace:ro`, `--docker-arg=--volume=${logs}:/logs`, '--docker-arg=--entrypoint=/strace/ld-linux-x86-64.so.2', '--',
    '--library-path', '/strace', '/strace/strace', '-ff', '-y', '-s', '4096', '-o', '/logs/log', 'shop-entrypoint', '/bin/sh', '-c', workload,
  ]);
  t.is(code, 0, err);

  const [metadata] = await listRuns(store);
  const index = await readCachedIndex(store, metadata?.imageId ?? '');
  const tree = new ImageTree(index ?? {files: []});
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  const succeeded = rows.filter(({ok}) => ok);
  const captured = new Set(succeeded.map((row) => row.path));
  const traced = new Set<string>();
  for (const name of await readdir(logs)) {
    const text = await readFile(path.join(logs, name), 'latin1');
    for (const {name: requested, followLast} of text.split('\n').flatMap(successfulAccess)) {
      const {path: resolved, links, file} = tree.resolve(requested, {followLast});
      for (const one of file === null ? links : [...links, resolved]) {
        traced.add(one);
      }
    }
  }
  t.true(traced.size > 200, `${traced.size} files`);
  t.deepEqual([...traced].filter((one) => !captured.has(one)).sort(), []);

  // What only winnow sees: no system call names the dynamic loader; strace itself runs outside its own log.
  const ofImage = new Set(succeeded.filter(({origin}) => origin === 'image').map((row) => row.path));
  const onlyCaptured = [...ofImage].filter((one) => !traced.has(one) && tree.get(one)?.type === 'file');
  t.deepEqual(onlyCaptured.sort(), ['/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2']);
});

interface Access {
  readonly name: string;
  readonly followLast: boolean;
}

/** The path that a line of `strace -y` shows used with success: the opened file, or the name behind its directory. */
function successfulAccess(line: string): Access[] {
  const opened = /^open(?:at2?)?\(.* = \d+<(\/[^>]*)>$/.exec(line);
  if (opened?.[1] !== undefined) {
    return [{name: opened[1], followLast: true}];
  }
  const called = /^(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"(.*)\) += (\d+)/.exec(line);
  if (called === null || called[3] === '') {
    return [];
  }
  const [, call = '', base, name = '', rest = ''] = called;
  const followLast = !(call === 'lstat' || call.startsWith('readlink') || rest.includes('AT_SYMLINK_NOFOLLOW'));
  const absolute = name.startsWith('/') || base === undefined ? name : `${base}/${name}`;
  return absolute.startsWith('/') ? [{name: absolute, followLast}] : [];
}
