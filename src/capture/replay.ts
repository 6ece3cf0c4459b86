import process from 'node:process';
import {setTimeout as sleepFor} from 'node:timers/promises';
import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {LiveEvent} from '../model/live.js';
import type {Run} from '../model/run.js';
import {FoundFiles} from './found-files.js';

export interface ReplayPlan {
  /** Id of the replay itself, so that several of one run can go on at once. */
  readonly replayId: string;
  /** Recorded time over time taken; Infinity: without waiting. */
  readonly speed: number;
  /** Image paths that runs before this one touched; anything else counts as new. */
  readonly known: ReadonlySet<ContainerPath>;
}

export interface ReplayEffects {
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** As capture tells its rows: this often, of the time that is taken. */
const batchMs = 100;
const maxBatchRows = 1000;

/**
 * Tells a stored run again, as capture told it: first sights in order, at the recorded pace times `speed`. Times in the
 * events are the recorded ones. A run file has each row's first time and its total only, so a row counts one here.
 * @throws the signal's reason where it aborts
 */
export async function* replayRun({metadata, rows}: Run, {replayId, speed, known}: ReplayPlan, effects: ReplayEffects): AsyncGenerator<LiveEvent, void> {
  const {nowMs = () => performance.now(), sleep = (ms, signal) => sleepFor(ms, undefined, {signal}), signal} = effects;
  const {runId: replayOf, imageId, imageName, workload, startedNs, endedNs, backend, rung} = metadata;
  const beganMs = nowMs();
  const until = async (ns: bigint): Promise<void> => {
    signal.throwIfAborted();
    const dueMs = beganMs + Number(ns - startedNs) / 1e6 / speed;
    if (dueMs > nowMs()) {
      await sleep(dueMs - nowMs(), signal);
    }
  };
  yield {kind: 'started', runId: replayId, replayOf, imageId, imageName, workload, startedNs, backend, ...(rung === undefined ? {} : {rung}), pid: process.pid};
  const found = new FoundFiles(known);
  for (const batch of batchesOf(rows, batchMs * speed)) {
    await until(batch.at(-1)?.firstNs ?? startedNs);
    batch.forEach((row) => found.observe(row));
    yield {kind: 'rows', runId: replayId, rows: batch};
    yield {kind: 'progress', runId: replayId, phase: 'working', files: found.files, newFiles: found.newFiles, lostRecords: 0};
  }
  await until(endedNs);
  yield {kind: 'ended', runId: replayId, metadata};
}

/** Rows by first sight, in pieces of at most `windowMs` of recorded time. */
function* batchesOf(rows: readonly AccessRow[], windowMs: number): Generator<readonly AccessRow[]> {
  const firstSights = rows.map((row) => ({...row, count: 1, lastNs: row.firstNs})).sort((a, b) => Number(a.firstNs - b.firstNs));
  let batch: AccessRow[] = [];
  for (const row of firstSights) {
    const spanMs = Number(row.firstNs - (batch[0]?.firstNs ?? row.firstNs)) / 1e6;
    if (batch.length >= maxBatchRows || spanMs > windowMs) {
      yield batch;
      batch = [];
    }
    batch.push(row);
  }
  if (batch.length > 0) {
    yield batch;
  }
}
