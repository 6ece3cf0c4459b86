import type {AccessRow} from '../model/access.js';
import type {LiveEvent} from '../model/live.js';
import type {FoundPoint, LiveBatch, LiveRow, LiveRun} from '../model/web-api.js';
import {apiPath} from './api-path.js';

/** First sights kept for one browser until it takes them; more are counted only. */
const maxRows = 500;
/** Points of a run's curve; twice as many are thinned to every second one. */
const maxPoints = 120;

interface OpenRun extends LiveRun {
  /** Milliseconds after the start of the newest first sight. */
  readonly newestAfterMs: number;
}

/** What one browser has not been told yet. However much comes in, it holds a bounded number of rows, and a line a run. */
export class LiveOutbox {
  readonly #runs = new Map<string, OpenRun>();
  readonly #changed = new Set<string>();
  #rows: LiveRow[] = [];
  #skippedRows = 0;
  #batch = 0;

  add(event: LiveEvent): void {
    switch (event.kind) {
      case 'started': {
        const {runId, replayOf = null, imageId, imageName, workload, startedNs} = event;
        const nothing = {phase: 'starting', files: 0, newFiles: 0, lostRecords: 0, rows: 0, found: [], newestAfterMs: 0} as const;
        this.#runs.set(runId, {runId, replayOf, imageId, imageName, workload, startedMs: toMs(startedNs), ...nothing});
        break;
      }
      case 'rows':
        this.#update(event.runId, (run) => ({rows: run.rows + event.rows.length, newestAfterMs: newestAfter(run, event.rows)}));
        this.#pushRows(event.runId, event.rows);
        break;
      case 'progress':
        this.#update(event.runId, ({found, newestAfterMs}) => ({
          phase: event.phase,
          files: event.files,
          newFiles: event.newFiles,
          lostRecords: event.lostRecords,
          found: addPoint(found, {afterMs: newestAfterMs, files: event.files}),
        }));
        break;
      case 'ended':
        this.#update(event.runId, () => ({phase: 'ended', lostRecords: event.metadata.lostRecords}));
        break;
    }
    this.#changed.add(event.runId);
  }

  /** What has gathered, or null where nothing has. */
  take(): LiveBatch | null {
    if (this.#changed.size === 0) {
      return null;
    }
    const runs = [...this.#changed].flatMap((runId) => this.#runs.get(runId) ?? []);
    this.#batch += 1;
    const batch = {batch: this.#batch, runs: runs.map(({newestAfterMs: _, ...run}) => run), rows: this.#rows, skippedRows: this.#skippedRows};
    this.#rows = [];
    this.#skippedRows = 0;
    this.#changed.clear();
    for (const {runId, phase} of runs) {
      if (phase === 'ended') {
        this.#runs.delete(runId);
      }
    }
    return batch;
  }

  #update(runId: string, change: (run: OpenRun) => Partial<OpenRun>): void {
    const run = this.#runs.get(runId);
    if (run !== undefined) {
      this.#runs.set(runId, {...run, ...change(run)});
    }
  }

  #pushRows(runId: string, rows: readonly AccessRow[]): void {
    const latest = rows.slice(-maxRows);
    const kept = this.#rows.slice(Math.max(0, this.#rows.length + latest.length - maxRows));
    this.#skippedRows += this.#rows.length + rows.length - kept.length - latest.length;
    this.#rows = [...kept, ...latest.map((row) => liveRow(runId, row))];
  }
}

function liveRow(runId: string, {path, op, errno, origin, exe, firstNs}: AccessRow): LiveRow {
  return {...apiPath(path), runId, op, errno, origin, program: apiPath(exe), firstMs: toMs(firstNs)};
}

/** The curve's time is that of the accesses, so it is right for a browser that comes late too. */
function newestAfter({startedMs, newestAfterMs}: OpenRun, rows: readonly AccessRow[]): number {
  const last = rows.at(-1);
  return last === undefined ? newestAfterMs : Math.max(newestAfterMs, toMs(last.firstNs) - startedMs);
}

function addPoint(found: readonly FoundPoint[], point: FoundPoint): readonly FoundPoint[] {
  if (found.at(-1)?.files === point.files) {
    return found;
  }
  const points = [...found, point];
  return points.length > 2 * maxPoints ? points.filter((_, index) => index % 2 === 0 || index === points.length - 1) : points;
}

const toMs = (ns: bigint): number => Number(ns / 1_000_000n);
