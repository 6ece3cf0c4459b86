import type {CaptureResult, RecordingEffects} from '../capture/recording.js';
import type {LiveEvent} from '../model/live.js';
import {type LiveFeed, openLiveFeed} from '../store/live.js';
import {writeRun} from '../store/run-file.js';

export const nowNs = (): bigint => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));

/**
 * Captures a run into the store: into a live feed as it goes on, and as a run file when it ends, whole or not.
 * @param onEvent told of everything from the feed's first row to the run's end
 */
export async function storedRun<Result extends CaptureResult>(
  storeDirectory: string,
  onEvent: (event: LiveEvent) => void,
  capture: (effects: Omit<RecordingEffects, 'signal'>) => Promise<Result>,
): Promise<Result> {
  let feed: LiveFeed | undefined;
  let feedFailed = Promise.resolve();
  const tell = (event: LiveEvent): void => {
    try {
      feed?.append(event);
    } catch {
      // A full disk: who watches loses sight, and what the feed took is room for the run.
      feedFailed = feed?.close() ?? feedFailed;
      feed = undefined;
    }
    onEvent(event);
  };
  try {
    const result = await capture({
      nowNs,
      onStarted: async (event) => {
        feed = await openLiveFeed(storeDirectory, event);
        onEvent(event);
      },
      onEvent: tell,
    });
    const {metadata} = result.run;
    await feedFailed;
    await writeRun(storeDirectory, result.run);
    tell({kind: 'ended', runId: metadata.runId, metadata});
    return result;
  } finally {
    await feed?.close();
  }
}
