import {mkdirSync, watch} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import type {LiveEvent} from '../model/live.js';
import {isMissing, readdirIfThere} from './atomic-file.js';
import {liveDirectory, liveSuffix} from './layout.js';
import {decodeLiveEvent} from './live-codec.js';

/** inotify does not see every file system (NFS, some FUSE), so the directory is read this often as well. */
const pollMs = 1000;
const readBytes = 1 << 18;

/**
 * Events of all runs in progress in a store, whichever process captures them: what is in the feeds already, then what is
 * appended, in order within a run. A feed that ends goes on being read to its last line. Ends when `signal` aborts.
 */
export async function* followLive(storeDirectory: string, signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
  const directory = liveDirectory(storeDirectory);
  mkdirSync(directory, {recursive: true});
  const feeds = new Map<string, FeedReader>();
  const changes = watchDirectory(directory, signal);
  try {
    while (!signal.aborted) {
      const names = (await readdirIfThere(directory)).filter((name) => name.endsWith(liveSuffix));
      for (const name of names.filter((candidate) => !feeds.has(candidate))) {
        const reader = await openReader(path.join(directory, name));
        if (reader !== null) {
          feeds.set(name, reader);
        }
      }
      for (const [name, reader] of feeds) {
        yield* reader.read();
        if (!names.includes(name)) {
          feeds.delete(name);
          await reader.close();
        }
      }
      await changes.next();
    }
  } finally {
    changes.close();
    await Promise.all([...feeds.values()].map((reader) => reader.close()));
  }
}

interface FeedReader {
  /** Events of whole lines that came since the last call. */
  readonly read: () => AsyncGenerator<LiveEvent, void>;
  readonly close: () => Promise<void>;
}

/** The file stays open, so a feed that is removed can still be read to its end. */
async function openReader(file: string): Promise<FeedReader | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  }
  const lines = new LineSplitter();
  const buffer = Buffer.alloc(readBytes);
  async function* read(): AsyncGenerator<LiveEvent, void> {
    for (;;) {
      const {bytesRead} = await handle.read(buffer);
      if (bytesRead === 0) {
        return;
      }
      for (const line of lines.push(buffer.subarray(0, bytesRead))) {
        const event = decodeLiveEvent(line);
        if (event !== null) {
          yield event;
        }
      }
    }
  }
  return {read, close: () => handle.close()};
}

/** Whole lines out of pieces of any size. */
class LineSplitter {
  private rest: Buffer[] = [];

  push(piece: Buffer): string[] {
    const end = piece.lastIndexOf(0x0a);
    if (end === -1) {
      this.rest.push(Buffer.from(piece));
      return [];
    }
    const whole = Buffer.concat([...this.rest, piece.subarray(0, end)]).toString('utf8');
    this.rest = [Buffer.from(piece.subarray(end + 1))];
    return whole.split('\n');
  }
}

interface Changes {
  /** Resolves at once where something changed since the last call, else at the next change, poll or abort. */
  readonly next: () => Promise<void>;
  readonly close: () => void;
}

function watchDirectory(directory: string, signal: AbortSignal): Changes {
  let hasChanged = false;
  let wake = (): void => undefined;
  const ring = (): void => {
    hasChanged = true;
    wake();
  };
  const watcher = watch(directory, ring);
  watcher.on('error', () => undefined); // The poll goes on.
  const timer = setInterval(ring, pollMs);
  signal.addEventListener('abort', ring);
  return {
    next: async () => {
      if (!hasChanged && !signal.aborted) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      hasChanged = false;
    },
    close: () => {
      watcher.close();
      clearInterval(timer);
      signal.removeEventListener('abort', ring);
    },
  };
}
