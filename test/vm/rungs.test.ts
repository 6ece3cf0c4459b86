import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RunRecorder} from '../../src/capture/recorder.js';
import {AccessResolver} from '../../src/capture/resolve.js';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {ImageTree} from '../../src/image/tree.js';
import {type Rung, rungs} from '../../src/model/run.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {accessesCapabilities, accessesProgram, didEverything, sameAccesses} from '../capture/exact-set.js';
import {blindSpotsProgram, spotsMissed, spotsOf} from '../capture/blind-spots.js';
import {ensureTestImages, workloads} from '../capture/images.js';
import {buildModule, containerConfig, withMachine} from '../../scripts/vm/machine.js';
import {kernelWarnings} from './kernel-warnings.js';

test.before(ensureTestImages);

const sameSet = test.macro(async (t, series: string) => {
  t.timeout(300_000);
  const probes = [...rungs, 'module'] as const;
  const guest = {
    series,
    script: 'accesses.sh',
    copies: {'winnow.ko': await buildModule(series)},
    // Debian's kernel knows the calls of x32, but has them switched off.
    files: {
      'kernel-parameters': 'syscall.x32=y',
      rungs: probes.map((rung) => `${rung}\n`).join(''),
      'accesses.json': containerConfig(accessesProgram, accessesCapabilities.map((name) => `CAP_${name}`)),
      'spots.json': containerConfig(blindSpotsProgram),
    },
  };
  await withMachine(guest, async (share) => {
    for (const probe of probes) {
      const recorder = await record(t, path.join(share, `${probe}.stream`), probe);
      t.true(recorder.ended, probe);
      t.is(recorder.lost, 0, probe);
      const printed = await readFile(path.join(share, `${probe}.expected`), 'utf8');
      t.true(didEverything(printed) && printed.includes('x32 openat'), probe);
      sameAccesses(t, recorder.rows, printed);
    }
    t.deepEqual(kernelWarnings(await readFile(path.join(share, 'module.kernel-log'), 'utf8')), []);
    const spots = await readFile(path.join(share, 'spots'), 'utf8');
    const byModule = await record(t, path.join(share, 'module-spots.stream'), 'module');
    t.deepEqual(spotsMissed(byModule.rows, spots), spotsOf('module', spots));
    t.regex(await readFile(path.join(share, 'held'), 'utf8'), /^\d/, 'a probe attaches beside what the kernel still holds of the one before');
    const orphan = await record(t, path.join(share, 'orphan.stream'), 'fentry');
    t.false(orphan.ended);
    t.deepEqual(spotsMissed(orphan.rows, spots), spotsOf('fentry', spots));
    const {rungs: ladder} = JSON.parse(await readFile(path.join(share, 'features.json'), 'utf8')) as {rungs: unknown};
    t.deepEqual(ladder, [{name: 'fentry', attaches: true}, {name: 'tracepoint', attaches: true}]);
  });
});

test.serial('each rung of the probe, and the kernel module, sees exactly the accesses that the workload program made', sameSet, '6.1');
test.serial('so it is on the newer kernel that Debian 12 offers', sameSet, '6.12');

async function record(t: ExecutionContext, file: string, probe: Rung | 'module'): Promise<RunRecorder> {
  const tree = new ImageTree(await readEngineImage(await openEngine(), workloads));
  const recorder = new RunRecorder(new AccessResolver({tree, mounts: ['/mounted']}));
  const decoder = new RecordDecoder();
  for (const event of decoder.push(await readFile(file))) {
    recorder.observe(event);
    if (event.kind === 'hello') {
      t.is(event.rung ?? event.probe.split(' ')[0], probe);
    }
  }
  t.is(decoder.pendingBytes, 0);
  return recorder;
}
