/**
 * Measures the trainer's aggregation: 200 runs of 50,000 accesses each over 200,000 files.
 * Usage: node --import=tsx scripts/bench-aggregate.ts. Prints one JSON line; the runs are made anew and removed.
 */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {operations} from '../src/model/access.js';
import type {RunMetadata} from '../src/model/run.js';
import {aggregateRuns} from '../src/store/aggregate.js';
import {sqlText, withDuckDb} from '../src/store/duckdb.js';
import {runFilePath, runsDirectory} from '../src/store/layout.js';
import {metadataToText} from '../src/store/run-metadata.js';
import {listRuns} from '../src/store/store.js';

const runCount = 200;
const accessesPerRun = 50_000;
const fileCount = 200_000;

const store = await mkdtemp(path.join(tmpdir(), 'winnow-bench-'));
try {
  await makeRuns(store);
  const runs = await listRuns(store);
  const start = performance.now();
  const touches = await aggregateRuns(store, runs);
  const seconds = (performance.now() - start) / 1000;
  const touched = touches.touchedBy.reduce((sum, {length}) => sum + length, 0);
  // maxRSS covers the making of the runs too, which needs less.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({runs: runs.length, accesses: runCount * accessesPerRun, files: touches.paths.length, touched, seconds, peakBytes}));
} finally {
  await rm(store, {recursive: true});
}

/** Rows come out of SQL, since ten million of them through JavaScript would take longer than all the rest. */
async function makeRuns(storeDirectory: string): Promise<void> {
  await mkdir(runsDirectory(storeDirectory), {recursive: true});
  await withDuckDb(async (connection) => {
    for (let run = 0; run < runCount; run += 1) {
      const metadata = benchMetadata(`bench-${String(run).padStart(3, '0')}`);
      const pairs = Object.entries(metadataToText(metadata)).map(([key, value]) => `${key}: ${sqlText(value)}`);
      await connection.run(`
        COPY (
          SELECT '/usr/lib/x86_64-linux-gnu/package-' || (file // 100) || '/file-' || file || '.so' AS path,
                 [${operations.map(sqlText).join(', ')}][1 + access % 8] AS op, true AS ok, 0 AS errno, 1::BIGINT AS count,
                 access AS first_ns, access AS last_ns, 1 AS pid, 1 AS ppid, '/bin/sh' AS exe, 5::BIGINT AS dev,
                 file::UBIGINT AS inode, NULL::VARCHAR AS link_target, 'image' AS origin,
                 false AS path_encoded, false AS exe_encoded, false AS link_target_encoded
          FROM (SELECT access, (hash(access, ${run}) % ${fileCount}::UBIGINT)::BIGINT AS file FROM range(${accessesPerRun}) AS made(access))
        ) TO ${sqlText(runFilePath(storeDirectory, metadata.runId))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${pairs.join(', ')}})`);
    }
  });
}

function benchMetadata(runId: string): RunMetadata {
  return {
    runId,
    imageId: 'sha256:bench',
    imageName: 'bench',
    workload: 'bench',
    startedNs: 0n,
    endedNs: BigInt(accessesPerRun),
    complete: true,
    incompleteReason: '',
    lostRecords: 0,
    capturedRecords: accessesPerRun,
    foldedRecords: 0,
    backend: 'import',
    exitCode: 0,
  };
}
