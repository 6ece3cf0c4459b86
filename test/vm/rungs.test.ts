import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RunRecorder} from '../../src/capture/recorder.js';
import {AccessResolver} from '../../src/capture/resolve.js';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {ImageTree} from '../../src/image/tree.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {accessesProgram, sameAccesses} from '../capture/exact-set.js';
import {ensureTestImages, workloads} from '../capture/images.js';
import {containerConfig, runMachine} from './machine.js';

const rungs = ['tracepoint', 'fentry'] as const;

test.before(ensureTestImages);

test('each rung of the probe sees exactly the accesses that the workload program made', async (t) => {
  const share = await runMachine(t, {
    script: 'accesses.sh',
    files: {rungs: rungs.map((rung) => `${rung}\n`).join(''), 'accesses.json': containerConfig(accessesProgram)},
  });
  for (const rung of rungs) {
    const recorder = await record(t, path.join(share, `${rung}.stream`));
    t.true(recorder.ended, rung);
    t.is(recorder.lost, 0, rung);
    sameAccesses(t, recorder.rows, await readFile(path.join(share, `${rung}.expected`), 'utf8'));
  }
});

async function record(t: ExecutionContext, file: string): Promise<RunRecorder> {
  const tree = new ImageTree(await readEngineImage(await openEngine(), workloads));
  const recorder = new RunRecorder(new AccessResolver({tree, mounts: ['/mounted']}));
  const decoder = new RecordDecoder();
  for (const event of decoder.push(await readFile(file))) {
    recorder.observe(event);
  }
  t.is(decoder.pendingBytes, 0);
  return recorder;
}
