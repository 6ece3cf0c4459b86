import type {LiveBatch} from '../../src/model/web-api.js';

export interface LiveListener {
  readonly onOpen: () => void;
  readonly onBatch: (batch: LiveBatch) => void;
  readonly onLost: () => void;
}

const firstRetryMs = 500;
const lastRetryMs = 8000;

/** Follows /ws/live for as long as the page stands; comes back by itself after the server was away. */
export function followLive({onOpen, onBatch, onLost}: LiveListener, retryMs = firstRetryMs): void {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/live`);
  let nextRetryMs = Math.min(retryMs * 2, lastRetryMs);
  socket.addEventListener('open', () => {
    nextRetryMs = firstRetryMs;
    onOpen();
  });
  socket.addEventListener('message', ({data}: MessageEvent<string>) => {
    const batch = JSON.parse(data) as LiveBatch;
    onBatch(batch);
    // The next one is asked for after drawing, so a slow page is told less instead of falling behind, and a hidden one nothing.
    requestAnimationFrame(() => socket.send(String(batch.batch)));
  });
  socket.addEventListener('close', () => {
    onLost();
    setTimeout(() => followLive({onOpen, onBatch, onLost}, nextRetryMs), retryMs);
  });
}
