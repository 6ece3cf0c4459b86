import {RunRecorder} from '../../src/capture/recorder.js';
import {AccessResolver} from '../../src/capture/resolve.js';
import type {ImageTree} from '../../src/image/tree.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';

/**
 * Records one run for each container that a probe saw, where they ran one after the other: a stream names a container by
 * its scope record. What the stream says at its end, of all of them, goes to the last.
 */
export function runsByContainer(events: Iterable<ProbeEvent>, tree: ImageTree): RunRecorder[] {
  const recorders: RunRecorder[] = [];
  for (const event of events) {
    if (event.kind === 'scope') {
      recorders.push(new RunRecorder(new AccessResolver({tree, mounts: ['/mounted']})));
    }
    recorders.at(-1)?.observe(event);
  }
  return recorders;
}
