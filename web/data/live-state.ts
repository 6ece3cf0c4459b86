import type {LiveBatch, LiveRow, LiveRun} from '../../src/model/web-api.js';

export interface LiveState {
  readonly connection: 'connecting' | 'open' | 'lost';
  /** Latest started first. */
  readonly runs: readonly LiveRun[];
  /** Latest first sights, newest first. */
  readonly rows: readonly LiveRow[];
  /** First sights that the server counted and did not send, because the page or the way to it was slow. */
  readonly skippedRows: number;
}

/** Bounds of what the page keeps, however long it stays open. */
const maxRuns = 12;
const maxRows = 120;

export const noLive: LiveState = {connection: 'connecting', runs: [], rows: [], skippedRows: 0};

export function addBatch(state: LiveState, batch: LiveBatch): LiveState {
  const others = state.runs.filter(({runId}) => !batch.runs.some((run) => run.runId === runId));
  return {
    ...state,
    runs: [...batch.runs, ...others].sort((a, b) => b.startedMs - a.startedMs).slice(0, maxRuns),
    rows: [...batch.rows.toReversed(), ...state.rows].slice(0, maxRows),
    skippedRows: state.skippedRows + batch.skippedRows,
  };
}

export const isRunning = (run: LiveRun): boolean => run.phase !== 'ended';

/** First sights that `latest` knows of and `shown` does not show. */
export function behindBy(shown: LiveState, latest: LiveState): number {
  return Math.max(0, totalRows(latest) - totalRows(shown));
}

const totalRows = ({runs}: LiveState): number => runs.reduce((sum, run) => sum + run.rows, 0);
