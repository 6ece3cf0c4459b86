import {mkdtemp, readFile, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import type {RunMetadata} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {image} from './containers.js';
import {type PeakMemory, watchMemory} from './peak-memory.js';

const root = path.resolve(import.meta.dirname, '../..');
const seconds = 60;
/** So long as these take, a minute may turn out longer. */
const opensAtOnce = 2_000_000;
const manyOpens = 10_000_000;
const files = 5000;

export interface OpensUnderProfile {
  readonly seconds: number;
  /** What the program says it made, of which the run holds `captured`. */
  readonly opens: number;
  readonly captured: number;
  /** Accesses of any kind that the run says were lost. */
  readonly lost: number;
  readonly peak: PeakMemory;
}

/** Every processor opens files as fast as it can for a minute, under `winnow profile` with its default settings. */
export function benchFullSpeed(events: 'first' | 'all'): Promise<OpensUnderProfile> {
  return profileOpens(events, `end=$(($(date +%s) + ${seconds})); while [ $(date +%s) -lt $end ]; do ${burst(opensAtOnce)} || exit 1; done`);
}

/** Ten million opens, each of which reaches winnow as an event of its own. */
export function benchMemory(): Promise<OpensUnderProfile> {
  return profileOpens('all', burst(manyOpens));
}

function burst(opens: number): string {
  return `/workloads/burst ${opens} ${files} ${os.availableParallelism()} 1 /tmp/burst >>/said/bursts`;
}

async function profileOpens(events: 'first' | 'all', workload: string): Promise<OpensUnderProfile> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'winnow-bench-'));
  const over = new AbortController();
  try {
    const profile = execa(process.execPath, [
      path.join(root, 'build/src/cli/main.js'), 'profile', image, '--backend=ebpf', '--docker-arg=--network=none', `--docker-arg=--volume=${directory}:/said`,
      '--store', directory, '--json', `--events=${events}`, '--', '/bin/sh', '-c', workload,
    ], {reject: false, stderr: 'inherit'});
    const watch = watchMemory(profile.pid ?? 0, over.signal);
    const {runs} = JSON.parse((await profile).stdout) as {runs: RunMetadata[]};
    over.abort();
    const {metadata, rows} = await readRun(runFilePath(directory, runs[0]?.runId ?? ''));
    const bursts = (await readFile(path.join(directory, 'bursts'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as {opens: number});
    // What is too many files for rows of their own is summed up below the image's nearest directory.
    const opened = rows.filter(({path: file, op}) => (file.startsWith('/tmp/burst/') || file === '/tmp/' || file === '/') && op === 'read');
    const [from, to] = opened.reduce(([least, most], {firstNs, lastNs}) => [firstNs < least ? firstNs : least, lastNs > most ? lastNs : most], [metadata.endedNs, 0n]);
    return {
      seconds: Number(to - from) / 1e9,
      opens: bursts.reduce((sum, {opens}) => sum + opens, 0),
      captured: opened.reduce((sum, {count}) => sum + count, 0),
      lost: metadata.lostRecords,
      peak: await watch,
    };
  } finally {
    over.abort();
    await rm(directory, {recursive: true, force: true});
  }
}
