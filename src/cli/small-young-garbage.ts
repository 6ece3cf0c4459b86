import {setFlagsFromString} from 'node:v8';

/**
 * For a command that streams: buffers outside V8's heap go with the next collection of its young generation, and the larger that is the rarer
 * those are, until V8 collects everything for want of memory. It does not grow from here on; its greatest size can be set at the start only.
 */
export function keepYoungGarbageSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
