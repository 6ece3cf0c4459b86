import {randomUUID} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {imageFormats, planFormats} from '../../../src/cli/export-formats.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {pathFromText, pathToBytes} from '../../../src/model/container-path.js';
import type {RunMetadata} from '../../../src/model/run.js';
import {runFilePath} from '../../../src/store/layout.js';
import {readRun} from '../../../src/store/run-file.js';
import {ensureTestImages, workloads} from '../../capture/images.js';
import {temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

const directory = '/srv/names';
const hexOf = (containerPath: string): string => pathToBytes(containerPath).toString('hex');

test('files of any name go from an image through capture, store, plan and every export byte for byte, or are refused by a format that can\'t hold them', async (t) => {
  const image = `winnow-test/names:${randomUUID()}`;
  const {stdout: id} = await execa('docker', ['create', '--network=none', workloads, '/bin/sh', '-c', `mkdir -p ${directory} && /workloads/names ${directory}`]);
  const {stdout: printed} = await execa('docker', ['start', '--attach', id]);
  await execa('docker', ['commit', id, image]);
  await execa('docker', ['rm', id]);
  t.teardown(() => execa('docker', ['rmi', '--force', image]));
  const names = printed.trim().split('\n').map((line) => JSON.parse(line) as {path: string; errno: number}).filter(({errno}) => errno === 0).map(({path: hex}) => hex);
  // The engine keeps no file in a layer whose path is longer than the kernel takes behind the layer's own directory.
  const expected = [...new Set(names)].filter((hex) => hex.length / 2 < 3900).sort();
  t.true(expected.length > 250);

  const store = await temporaryStore(t);
  const read = ['/bin/sh', '-c', `find ${directory} -type f -exec cat {} + >/dev/null`];
  const profiled = await winnow(['profile', image, '--docker-arg=--network=none', '--store', store, '--json', '--', ...read]);
  t.is(profiled.code, ExitCode.done, profiled.err);
  const {runId} = (JSON.parse(profiled.out) as {runs: RunMetadata[]}).runs[0] as RunMetadata;
  const {rows} = await readRun(runFilePath(store, runId));
  const isRead = new Set(rows.filter(({op, origin, ok}) => op === 'read' && origin === 'image' && ok).map((row) => hexOf(row.path)));
  t.deepEqual(expected.filter((hex) => !isRead.has(hex)), []);
  const longest = Math.max(...rows.filter(({op, origin}) => op === 'list' && origin === 'image').map((row) => pathToBytes(row.path).length));
  t.true(longest > 3700, `the longest directory has ${longest} bytes`);

  const {outBytes} = await winnow(['plan', image, '--json', '--max-risk=1', '--store', store]);
  const {files} = JSON.parse(outBytes.toString()) as {files: readonly {path: string; pathEncoding?: 'percent'; decision: string}[]};
  const kept = new Set(files.filter(({decision}) => decision === 'keep').map((file) => hexOf(pathFromText({text: file.path, encoded: file.pathEncoding === 'percent'}))));
  t.deepEqual(expected.filter((hex) => !kept.has(hex)), []);

  const csv = path.join(store, 'run.csv');
  await writeFile(csv, (await winnow(['runs', 'export', runId, '--format', 'csv', '--store', store])).outBytes);
  const other = await temporaryStore(t);
  const imported = await winnow(['runs', 'import', csv, '--store', other]);
  t.is(imported.code, ExitCode.done, imported.err);
  const again = await readRun(runFilePath(other, runId));
  t.deepEqual(again.rows.map((row) => `${hexOf(row.path)} ${row.op}`).sort(), rows.map((row) => `${hexOf(row.path)} ${row.op}`).sort());

  const refused: string[] = [];
  for (const format of [...Object.keys(planFormats), ...Object.keys(imageFormats)].filter((name) => name !== 'seccomp')) {
    const exported = await winnow(['export', image, '--format', format, '--store', store]);
    if (exported.code === ExitCode.done) {
      t.true(exported.outBytes.length > 0, format);
    } else {
      t.regex(exported.err, /^winnow: [^\n]*its name has a line break; --format winnow can say it\n$/, format);
      refused.push(format);
    }
  }
  t.deepEqual(refused, ['slim', 'slim-full']);
});
