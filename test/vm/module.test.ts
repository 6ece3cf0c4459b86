import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import type {ProbeEvent} from '../../src/wire/probe-event.js';
import {ensureTestImages} from '../capture/images.js';
import {buildModule, containerConfig, withMachine} from '../../scripts/vm/machine.js';
import {kernelWarnings} from './kernel-warnings.js';

const opens = 20_000;
const files = 500;
const burst = ['/workloads/burst', String(opens), String(files), '2', '2', '/tmp/files'];
const root = path.resolve(import.meta.dirname, '../..');

test.before(ensureTestImages);

const robust = test.macro(async (t, series: string) => {
  const guest = {
    series,
    script: 'module.sh',
    copies: {'winnow.ko': await buildModule(series), device: path.join(root, 'build/workloads/device')},
    files: {
      'burst.json': containerConfig(burst),
      'pressed.json': containerConfig(['/bin/sh', '-c', `echo 1000 >/proc/self/oom_score_adj; ${burst.join(' ')}; head -c 16777216 /dev/zero >/tmp/fill; ${burst.join(' ')}`]),
    },
  };
  await withMachine(guest, async (share) => {
    const read = async (name: string): Promise<string> => readFile(path.join(share, name), 'utf8');
    // Each way is a line, and the program ends at the first that is answered otherwise.
    t.regex(await read('device.log'), /the module is not unloaded under a reader\n$/);
    t.is((await read('parameters')).match(/Invalid argument/g)?.length, 5);

    const first = await sums(share, 'first');
    exact(t, first, 'first');
    t.true(first.burst <= opens && first.burst + first.lost >= opens); // other accesses are lost too
    const all = await sums(share, 'all');
    exact(t, all, 'all');
    t.true(all.lost > 0);
    const beside = await sums(share, 'beside');
    exact(t, beside, 'beside');
    t.like(beside, {burst: opens, lost: 0});
    const pressed = await sums(share, 'pressed');
    exact(t, pressed, 'pressed');
    t.is(pressed.lost, 0);
    t.true(pressed.burst >= opens); // of the first of two; memory is short from then on
    t.regex(await read('starved'), /^oom_kill 1$/m);
    const killed = [...(await read('pressed.kernel-log')).matchAll(/Killed process \d+ \((\S+)\)/g)].map(([, name]) => name);
    t.true(killed.includes('winnow-probe') && killed.length > 1, killed.join());
    t.notRegex(await read('pressed.kernel-log'), /BUG|Oops|WARNING|winnow:/);
    t.true((await sums(share, 'running')).made > 0);

    const log = await read('module.kernel-log');
    t.is(new Set(log.match(/winnow: ring_bytes_max=\d+ is no power of two/g)).size, 4);
    t.deepEqual(kernelWarnings(log).filter((line) => !line.includes('ring_bytes_max')), []);
  });
});

test('the kernel module answers wrong use, counts every loss, and goes under load without a word of the kernel', robust, '6.1');
test('so it does on the newer kernel that Debian 12 offers', robust, '6.12');

interface Sums {
  readonly made: number;
  readonly delivered: number;
  readonly lost: number;
  /** Accesses in the stream. */
  readonly captured: number;
  /** Those of them that opened one of the burst's files. */
  readonly burst: number;
}

async function sums(share: string, name: string): Promise<Sums> {
  const decoder = new RecordDecoder();
  const counts = new Map<number, {burst: boolean; count: number}>();
  let anonymous: {captured: number; burst: number} = {captured: 0, burst: 0};
  let result = {made: -1, delivered: -1, lost: 0};
  let aggregated = true;
  for (const event of decoder.push(await readFile(path.join(share, `${name}.stream`)))) {
    if (event.kind === 'hello') {
      aggregated = event.aggregated;
    } else if (event.kind === 'access') {
      const burst = isBurst(event);
      if (event.entryId === 0) {
        anonymous = {captured: anonymous.captured + 1, burst: anonymous.burst + Number(burst)};
      } else {
        counts.set(event.entryId, {burst, count: (counts.get(event.entryId)?.count ?? 0) + 1});
      }
    } else if (event.kind === 'repeat' || (event.kind === 'count' && aggregated)) {
      const entry = counts.get(event.entryId);
      if (entry !== undefined) {
        entry.count = event.kind === 'count' ? event.count : entry.count + 1;
      }
    } else if (event.kind === 'lost') {
      result = {...result, lost: result.lost + event.count};
    } else if (event.kind === 'end') {
      result = {...result, made: event.made, delivered: event.delivered};
    }
  }
  const sum = (values: readonly {count: number}[]): number => values.reduce((total, {count}) => total + count, 0);
  const entries = [...counts.values()];
  return {...result, captured: anonymous.captured + sum(entries), burst: anonymous.burst + sum(entries.filter(({burst}) => burst))};
}

function isBurst(event: ProbeEvent & {kind: 'access'}): boolean {
  return event.call === 'openat' && event.target.by === 'file' && event.target.path.startsWith('/tmp/files/');
}

function exact(t: ExecutionContext, {made, delivered, lost, captured}: Sums, name: string): void {
  t.is(captured, delivered, name);
  t.is(made, delivered + lost, name);
}
