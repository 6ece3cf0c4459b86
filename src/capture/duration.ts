import {setTimeout as sleep} from 'node:timers/promises';
import {parseDuration} from '../model/units.js';
import {sliceMs} from './drying-up.js';

/** What ends a run that neither its container nor its steps have ended before. */
export type RunDuration =
  | {readonly until: 'done'}
  | {readonly until: 'time'; readonly ms: number}
  /** Discovery of files has dried up to `share` of its pace so far: drying-up.ts. */
  | {readonly until: 'dry'; readonly share: number};

/** `30s`, or `auto` for until it dries up. @throws WinnowError (usage) */
export function parseRunDuration(text: string): number | 'auto' {
  return text === 'auto' ? text : parseDuration(text);
}

/** Resolves when the duration is over; never where the run ends by itself only. Rejects when `signal` aborts. */
export async function untilOver(duration: RunDuration, hasDriedUp: () => boolean, signal: AbortSignal): Promise<void> {
  switch (duration.until) {
    case 'done':
      return new Promise(() => undefined);
    case 'time':
      return sleep(duration.ms, undefined, {signal});
    case 'dry':
      while (!hasDriedUp()) {
        await sleep(sliceMs, undefined, {signal});
      }
  }
}
