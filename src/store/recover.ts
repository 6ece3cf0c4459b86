import {appendFile, open, rm} from 'node:fs/promises';
import path from 'node:path';
import type {LiveEvent} from '../model/live.js';
import type {Run, RunMetadata} from '../model/run.js';
import {isThere, readdirIfThere, removeAbandoned} from './atomic-file.js';
import {liveDirectory, liveSuffix, runFilePath, runsDirectory} from './layout.js';
import {decodeLiveEvent, encodeLiveEvent, type StartedEvent, writerOf} from './live-codec.js';
import {isDead} from './process-identity.js';
import {writeRun} from './run-file.js';

/**
 * Turns each live feed whose process was killed into an incomplete run of what was known so far, and removes the feed.
 * Feeds of living processes and of other hosts are left alone. Any number of processes may do this at once.
 * Returns the runs made.
 */
export async function recoverOrphans(storeDirectory: string, clock: () => number = Date.now): Promise<RunMetadata[]> {
  await removeAbandoned(runsDirectory(storeDirectory), clock());
  await removeAbandoned(liveDirectory(storeDirectory), clock());
  const recovered: RunMetadata[] = [];
  for (const name of await readdirIfThere(liveDirectory(storeDirectory))) {
    const file = path.join(liveDirectory(storeDirectory), name);
    const metadata = name.endsWith(liveSuffix) ? await recoverFeed(storeDirectory, file) : null;
    if (metadata !== null) {
      recovered.push(metadata);
    }
  }
  return recovered;
}

async function recoverFeed(storeDirectory: string, file: string): Promise<RunMetadata | null> {
  const events = await readOrphan(file);
  const started = events[0];
  if (started?.kind !== 'started') {
    return null;
  }
  // After `ended` the run was written, and if it is gone, somebody deleted it. A replay's run is another feed's.
  const isKept = started.replayOf !== undefined || events.at(-1)?.kind === 'ended' || (await isThere(runFilePath(storeDirectory, started.runId)));
  const metadata = isKept ? null : await keep(storeDirectory, runSoFar(started, events));
  if (metadata !== null) {
    // A newline first: the writer may have been cut off in a line.
    await appendFile(file, `\n${encodeLiveEvent({kind: 'ended', runId: metadata.runId, metadata})}`);
  }
  await rm(file, {force: true});
  return metadata;
}

/** Events of the whole lines; none where the writer is not known to be dead. */
async function readOrphan(file: string): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  const handle = await open(file, 'r').catch(() => null); // Recovered by another process meanwhile, or not ours to read.
  if (handle === null) {
    return events;
  }
  for await (const line of handle.readLines()) {
    if (events.length === 0 && !(await isWriterDead(line))) {
      break;
    }
    const event = decodeLiveEvent(line);
    if (event !== null) {
      events.push(event);
    }
  }
  await handle.close();
  return events;
}

async function isWriterDead(firstLine: string): Promise<boolean> {
  const writer = writerOf(firstLine);
  return writer !== null && (await isDead(writer));
}

function runSoFar(started: StartedEvent, events: readonly LiveEvent[]): Run {
  const rows = events.flatMap((event) => (event.kind === 'rows' ? event.rows : []));
  const progress = events.findLast((event) => event.kind === 'progress');
  return {
    metadata: {
      runId: started.runId,
      imageId: started.imageId,
      imageName: started.imageName,
      workload: started.workload,
      startedNs: started.startedNs,
      endedNs: rows.reduce((latest, {lastNs}) => (lastNs > latest ? lastNs : latest), started.startedNs),
      complete: false,
      incompleteReason: 'controller died',
      lostRecords: progress?.lostRecords ?? 0,
      capturedRecords: rows.reduce((sum, {count}) => sum + count, 0),
      foldedRecords: rows.reduce((sum, {count, pid}) => sum + (pid === 0 ? count : 0), 0), // only a row for many has no process
      backend: started.backend,
      ...(started.rung === undefined ? {} : {rung: started.rung}),
      exitCode: null,
    },
    rows,
  };
}

async function keep(storeDirectory: string, run: Run): Promise<RunMetadata | null> {
  try {
    await writeRun(storeDirectory, run);
    return run.metadata;
  } catch (error) {
    if (await isThere(runFilePath(storeDirectory, run.metadata.runId))) {
      return null; // Another process recovered it first.
    }
    throw error;
  }
}
