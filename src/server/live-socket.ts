import {setTimeout as sleep} from 'node:timers/promises';
import type {WebSocket} from 'ws';
import type {LiveEvent} from '../model/live.js';
import {LiveOutbox} from './live-outbox.js';

/** A display's pace: more batches a second than this can't be read. */
const paceMs = 100;
/** Close codes of RFC 6455, section 7.4.1; a reason has at most 123 bytes, section 5.5. */
const goingAway = 1001;
const failed = 1011;
const maxReasonLength = 40;

/**
 * Tells one browser what happens until it leaves or `signal` aborts. One batch is under way at a time; the browser's
 * answer asks for the next, so neither the socket's buffer nor the outbox grows behind a slow page.
 */
export async function tellLive(socket: WebSocket, follow: (signal: AbortSignal) => AsyncIterable<LiveEvent>, signal: AbortSignal): Promise<void> {
  const left = new AbortController();
  const ended = AbortSignal.any([signal, left.signal]);
  const outbox = new LiveOutbox();
  let answered = true;
  let last = 0;
  socket.on('message', (data) => {
    answered ||= (data as Buffer).toString('latin1') === String(last);
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => left.abort());

  const listening = gather(follow(ended), outbox).then(
    () => socket.close(goingAway),
    (error: unknown) => socket.close(failed, (error instanceof Error ? error.message : String(error)).slice(0, maxReasonLength)),
  );
  while (!ended.aborted) {
    const batch = answered && socket.readyState === socket.OPEN ? outbox.take() : null;
    if (batch !== null) {
      answered = false;
      last = batch.batch;
      socket.send(JSON.stringify(batch));
    }
    await sleep(paceMs, undefined, {signal: ended}).catch(() => undefined);
  }
  await listening;
}

async function gather(events: AsyncIterable<LiveEvent>, outbox: LiveOutbox): Promise<void> {
  for await (const event of events) {
    outbox.add(event);
  }
}
