// Trains on 10 million accesses of 200 runs over 200,000 files, from Parquet files to a profile, and prints a JSON line:
// seconds, peak resident memory in MB, and milliseconds that the live trainer takes per 1,000 events.
// Usage: node --import=tsx scripts/bench-trainer.ts [DIRECTORY]   keeps the runs it makes there for the next time
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {execa} from 'execa';
import {ImageTree} from '../src/image/tree.js';
import {type AccessRow, operations} from '../src/model/access.js';
import type {ImageFile, ImageIndex} from '../src/model/image-index.js';
import type {RunMetadata} from '../src/model/run.js';
import {aggregateRuns} from '../src/store/aggregate.js';
import {writeRun} from '../src/store/run-file.js';
import {listRuns} from '../src/store/store.js';
import {LiveTrainer} from '../src/train/live-trainer.js';
import {trainProfile} from '../src/train/train-profile.js';

const runCount = 200;
const fileCount = 200_000;
const accessesPerRun = 50_000;
const workloadCount = 20;
const imageId = `sha256:${'be'.repeat(32)}`;

const [first, second] = process.argv.slice(2);
if (first === '--measure') {
  process.stdout.write(`${JSON.stringify(await measure(second ?? ''))}\n`);
} else {
  await bench(first);
}

/** Measures in a process of its own, so that making the runs leaves no trace in its peak memory. */
async function bench(directory: string | undefined): Promise<void> {
  const store = directory ?? (await mkdtemp(path.join(tmpdir(), 'winnow-bench-trainer-')));
  try {
    const made = (await listRuns(store)).length;
    for (let number = made; number < runCount; number += 1) {
      await writeRun(store, {metadata: metadataOf(number), rows: rowsOf(number)});
    }
    await execa(process.execPath, ['--import=tsx', fileURLToPath(import.meta.url), '--measure', store], {stdio: 'inherit'});
  } finally {
    if (directory === undefined) {
      await rm(store, {recursive: true, force: true});
    }
  }
}

async function measure(store: string): Promise<object> {
  const index = makeIndex();
  const runs = await listRuns(store);
  const startMs = performance.now();
  const touches = await aggregateRuns(store, runs);
  const aggregatedMs = performance.now();
  const profile = trainProfile(touches, index);
  const endMs = performance.now();
  const accesses = runs.reduce((sum, {capturedRecords}) => sum + capturedRecords, 0);
  const seconds = (from: number, to: number): number => Number(((to - from) / 1000).toFixed(2));
  return {
    benchmark: 'trainer',
    accesses,
    runs: profile.evidence.runs,
    files: profile.files.filter(({type}) => type === 'file').length,
    neededFiles: profile.files.filter(({type, observedRuns}) => type === 'file' && observedRuns > 0).length,
    seconds: seconds(startMs, endMs),
    aggregateSeconds: seconds(startMs, aggregatedMs),
    trainSeconds: seconds(aggregatedMs, endMs),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1000),
    ...liveCost(index),
  };
}

/** A run in which 50,000 files are touched by ten processes each; a file's first sight costs most, so it is told apart. */
function liveCost(index: ImageIndex): {readonly liveMsPerThousandEvents: number; readonly liveMsPerThousandFirstSights: number} {
  const trainer = new LiveTrainer(index, new ImageTree(index), {runs: [], paths: [], touchedBy: [], openedBy: [], opsOf: new Uint8Array()});
  const rows = rowsOf(0);
  const processes = 10;
  trainer.startRun();
  const passesMs = Array.from({length: processes}, () => {
    const startMs = performance.now();
    for (let at = 0; at < rows.length; at += 1000) {
      trainer.observe(rows.slice(at, at + 1000));
    }
    return performance.now() - startMs;
  });
  const perThousand = (ms: number, events: number): number => Number(((ms / events) * 1000).toFixed(2));
  return {
    liveMsPerThousandEvents: perThousand(passesMs.reduce((sum, ms) => sum + ms, 0), rows.length * processes),
    liveMsPerThousandFirstSights: perThousand(passesMs[0] ?? 0, rows.length),
  };
}

function makeIndex(): ImageIndex {
  const paths = Array.from({length: fileCount}, (_, file) => pathOf(file));
  const directories = new Set<string>();
  for (const file of paths) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      directories.add(file.slice(0, end));
    }
  }
  const entry = (name: string, type: 'file' | 'directory'): ImageFile => ({
    path: name, type, layer: 0, bytes: type === 'file' ? 4096 : 0, mode: 0o755, uid: 0, gid: 0, linkTarget: null, hardLinkGroup: null,
    package: null, interpreter: type === 'file' && name.endsWith('0') ? pathOf(0) : null, digest: null,
  });
  const files = [...paths.map((name) => entry(name, 'file')), ...[...directories].map((name) => entry(name, 'directory'))];
  return {image: {name: 'bench:1', id: imageId, layers: []}, files: files.sort((a, b) => (a.path < b.path ? -1 : 1))};
}

/** A spread like that of real images: few files that most runs need, and a long tail. */
function rowsOf(run: number): AccessRow[] {
  const rows: AccessRow[] = [];
  for (let file = 0; rows.length < accessesPerRun; file = (file + 1) % fileCount) {
    const chance = ((file * 7919) % fileCount / fileCount) ** 3;
    if (hash(run * fileCount + file) < chance) {
      const timeNs = BigInt(run) * 1_000_000_000n + BigInt(rows.length);
      rows.push({
        path: pathOf(file), op: operations[3 + (file % 3)] ?? 'read', ok: true, errno: 0, count: 1, firstNs: timeNs, lastNs: timeNs,
        pid: 100 + (file % 7), ppid: 1, exe: pathOf(0), dev: 1, inode: BigInt(file), linkTarget: null, origin: 'image',
      });
    }
  }
  return rows;
}

function pathOf(file: number): string {
  return `/usr/share/package-${file % 400}/directory-${file % 6000}/file-${file}`;
}

function metadataOf(number: number): RunMetadata {
  return {
    runId: `20261124T065500Z-${number.toString(16).padStart(8, '0')}`, imageId, imageName: 'bench:1', workload: `workload-${number % workloadCount}`,
    startedNs: BigInt(number) * 1_000_000_000n, endedNs: BigInt(number + 1) * 1_000_000_000n, complete: true, incompleteReason: '', lostRecords: 0,
    capturedRecords: accessesPerRun, foldedRecords: 0, backend: 'ebpf', exitCode: 0,
  };
}

/** 0 to 1 from an integer: the finaliser of MurmurHash3 (Appleby 2011). */
function hash(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
