/** One of several processes on one store (store.test.ts, recover.test.ts). Usage: store-worker.ts STORE ROLE [ARGUMENT]. */
import process from 'node:process';
import {openLiveFeed} from '../../src/store/live.js';
import {recoverOrphans} from '../../src/store/recover.js';
import {readRun, writeRun} from '../../src/store/run-file.js';
import {deleteRun, listRuns, newRunId} from '../../src/store/store.js';
import {runFilePath} from '../../src/store/layout.js';
import {sampleRow, sampleRun, startedEvent} from './fixtures.js';

const [storeDirectory = '', role, argument = ''] = process.argv.slice(2);
const say = (value: unknown): void => console.log(JSON.stringify(value));

switch (role) {
  case 'write':
    for (let number = 0; number < Number(argument); number += 1) {
      const runId = newRunId();
      await writeRun(storeDirectory, sampleRun(runId));
      say(runId);
    }
    break;
  case 'list': {
    const warnings: string[] = [];
    for (let number = 0; number < Number(argument); number += 1) {
      await listRuns(storeDirectory, {}, ({message}) => warnings.push(message));
    }
    say(warnings);
    break;
  }
  case 'delete':
    // Each run of the store is deleted by exactly one of the processes that try; readers may be in the middle of it.
    for (const {runId} of await listRuns(storeDirectory, {workload: argument})) {
      await readRun(runFilePath(storeDirectory, runId)).catch(() => undefined);
      await deleteRun(storeDirectory, runId).catch(() => undefined);
    }
    break;
  case 'capture': {
    const feed = await openLiveFeed(storeDirectory, startedEvent(argument));
    feed.append({kind: 'rows', runId: argument, rows: [sampleRow()]});
    feed.append({kind: 'progress', runId: argument, phase: 'working', files: 1, newFiles: 1, lostRecords: 7});
    feed.append({kind: 'rows', runId: argument, rows: [sampleRow({path: '/caf\udce9', lastNs: 2n ** 62n})]});
    say('captured');
    setInterval(() => undefined, 1000); // until it is killed
    break;
  }
  case 'recover':
    say((await recoverOrphans(storeDirectory)).map(({runId}) => runId));
    break;
  default:
    throw new Error(`no role ${role ?? ''}`);
}
