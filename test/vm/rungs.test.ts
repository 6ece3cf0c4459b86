import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RunRecorder} from '../../src/capture/recorder.js';
import {AccessResolver} from '../../src/capture/resolve.js';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {ImageTree} from '../../src/image/tree.js';
import {type Rung, rungs} from '../../src/model/run.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {accessesCapabilities, accessesProgram, sameAccesses} from '../capture/exact-set.js';
import {ensureTestImages, workloads} from '../capture/images.js';
import {containerConfig, withMachine} from '../../scripts/vm/machine.js';

test.before(ensureTestImages);

test('each rung of the probe sees exactly the accesses that the workload program made', async (t) => {
  const guest = {
    series: '6.1',
    script: 'accesses.sh',
    files: {rungs: rungs.map((rung) => `${rung}\n`).join(''), 'accesses.json': containerConfig(accessesProgram, accessesCapabilities.map((name) => `CAP_${name}`))},
  };
  await withMachine(guest, async (share) => {
    for (const rung of rungs) {
      const recorder = await record(t, path.join(share, `${rung}.stream`), rung);
      t.true(recorder.ended, rung);
      t.is(recorder.lost, 0, rung);
      sameAccesses(t, recorder.rows, await readFile(path.join(share, `${rung}.expected`), 'utf8'));
    }
    const orphan = await record(t, path.join(share, 'orphan.stream'), 'fentry');
    t.false(orphan.ended);
    const {rungs: ladder} = JSON.parse(await readFile(path.join(share, 'features.json'), 'utf8')) as {rungs: unknown};
    t.deepEqual(ladder, [{name: 'fentry', attaches: true}, {name: 'tracepoint', attaches: true}]);
  });
});

async function record(t: ExecutionContext, file: string, rung: Rung): Promise<RunRecorder> {
  const tree = new ImageTree(await readEngineImage(await openEngine(), workloads));
  const recorder = new RunRecorder(new AccessResolver({tree, mounts: ['/mounted']}));
  const decoder = new RecordDecoder();
  for (const event of decoder.push(await readFile(file))) {
    recorder.observe(event);
    if (event.kind === 'hello') {
      t.is(event.rung, rung);
    }
  }
  t.is(decoder.pendingBytes, 0);
  return recorder;
}
