import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {AccessRow} from '../../src/model/access.js';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {accessesCapabilities, accessesProgram, didEverything, sameAccesses, seenByBpftrace} from './exact-set.js';
import {ensureTestImages, workloads} from './images.js';

test.before(ensureTestImages);

/** Runs the program `accesses` by itself, for what it prints, and under capture. */
async function capture(t: ExecutionContext, options: readonly string[]): Promise<{rows: readonly AccessRow[]; run: RunMetadata | undefined; printed: string}> {
  const volume = await temporaryStore(t);
  await writeFile(path.join(volume, 'file'), '');
  const engineOptions = [
    '--network=none', `--volume=${volume}:/mounted`, '--security-opt=apparmor=unconfined', '--security-opt=seccomp=unconfined',
    ...accessesCapabilities.map((name) => `--cap-add=${name}`),
  ];
  const {stdout: printed} = await execa('docker', ['run', '--rm', ...engineOptions, workloads, ...accessesProgram]);
  t.true(didEverything(printed));

  const store = await temporaryStore(t);
  const {out, err} = await winnow([
    'profile', workloads, ...options, ...engineOptions.map((option) => `--docker-arg=${option}`), '--store', store, '--json', '--', ...accessesProgram,
  ]);
  const {runs} = JSON.parse(out || err) as {runs: RunMetadata[]};
  const {rows} = await readRun(runFilePath(store, runs[0]?.runId ?? ''));
  return {rows, run: runs[0], printed};
}

test('the tracepoint rung of the eBPF probe sees exactly the accesses that the workload program made', async (t) => {
  const {rows, run, printed} = await capture(t, ['--rung=tracepoint']);
  t.like(run, {backend: 'ebpf', rung: 'tracepoint', complete: true, lostRecords: 0});
  sameAccesses(t, rows, printed);
});

test('the bpftrace hook sees exactly those of them that its blind spots leave', async (t) => {
  const {rows, run, printed} = await capture(t, ['--backend=bpftrace']);
  const [longNames, programsOf32Bits] = [32, 1];
  t.like(run, {backend: 'bpftrace', complete: true, lostRecords: longNames + programsOf32Bits});
  sameAccesses(t, rows, seenByBpftrace(printed));
});
