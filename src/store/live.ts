import {appendFileSync, closeSync, openSync} from 'node:fs';
import {rm, writeFile} from 'node:fs/promises';
import process from 'node:process';
import type {LiveEvent} from '../model/live.js';
import {writeAtomically} from './atomic-file.js';
import {liveFilePath} from './layout.js';
import {encodeLiveEvent, type StartedEvent} from './live-codec.js';
import {identityOf} from './process-identity.js';

export interface LiveFeed {
  /** When it returns, the event is in the file and outlives this process. */
  readonly append: (event: LiveEvent) => void;
  /** Ends the feed; call it after the run file is written and `ended` is appended. */
  readonly close: () => Promise<void>;
}

/** Opens the feed of a run that this process is capturing, for readers in any process (followLive). */
export async function openLiveFeed(storeDirectory: string, started: StartedEvent): Promise<LiveFeed> {
  const file = liveFilePath(storeDirectory, started.runId);
  const firstLine = encodeLiveEvent(started, await identityOf(process.pid));
  // No feed is ever seen without its first line: it names the process that a recovery must find dead.
  await writeAtomically(file, (temporaryFile) => writeFile(temporaryFile, firstLine));
  const descriptor = openSync(file, 'a');
  return {
    append: (event) => appendFileSync(descriptor, encodeLiveEvent(event)),
    close: async () => {
      closeSync(descriptor);
      await rm(file, {force: true});
    },
  };
}
