import test from 'ava';
import {execa} from 'execa';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {accessesProgram, sameAccesses} from './exact-set.js';
import {ensureTestImages, workloads} from './images.js';

test.before(ensureTestImages);

test('the tracepoint rung of the eBPF probe sees exactly the accesses that the workload program made', async (t) => {
  const volume = `${await temporaryStore(t)}:/mounted`;
  await execa('sh', ['-c', `echo > ${volume.split(':')[0]}/file`]);
  const {stdout} = await execa('docker', ['run', '--rm', '--network=none', `--volume=${volume}`, workloads, ...accessesProgram]);

  const store = await temporaryStore(t);
  const {code, out, err} = await winnow([
    'profile', workloads, '--rung=tracepoint', '--docker-arg=--network=none', `--docker-arg=--volume=${volume}`, '--store', store, '--json', '--', ...accessesProgram,
  ]);
  t.is(code, 0, err);
  const {runs} = JSON.parse(out) as {runs: RunMetadata[]};
  const {rows} = await readRun(runFilePath(store, runs[0]?.runId ?? ''));
  t.like(runs[0], {backend: 'ebpf', rung: 'tracepoint'});
  sameAccesses(t, rows, stdout);
});
