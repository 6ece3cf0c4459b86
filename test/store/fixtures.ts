import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {type AccessRow, operations, origins} from '../../src/model/access.js';
import {pathFromBytes} from '../../src/model/container-path.js';
import {architectures, backends, type Run, type RunMetadata, rungs} from '../../src/model/run.js';
import type {StartedEvent} from '../../src/store/live-codec.js';

/** A directory that is gone after the test. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-store-'));
  t.teardown(() => rm(directory, {recursive: true, force: true}));
  return directory;
}

export function sampleMetadata(given: Partial<RunMetadata> = {}): RunMetadata {
  return {
    runId: '20261124T065500Z-3f9a1c07',
    imageId: `sha256:${'a'.repeat(64)}`,
    imageName: 'shop:1.4',
    workload: 'smoke',
    startedNs: 1_795_503_300_000_000_001n,
    endedNs: 1_795_503_310_000_000_003n,
    complete: true,
    incompleteReason: '',
    lostRecords: 0,
    capturedRecords: 3,
    foldedRecords: 0,
    backend: 'ebpf',
    exitCode: 0,
    ...given,
  };
}

export function sampleRow(given: Partial<AccessRow> = {}): AccessRow {
  return {
    path: '/usr/bin/perl',
    op: 'exec',
    ok: true,
    errno: 0,
    count: 3,
    firstNs: 1_795_503_301_000_000_001n,
    lastNs: 1_795_503_302_000_000_002n,
    pid: 4711,
    ppid: 4710,
    exe: '/bin/sh',
    dev: (254 << 20) | 1,
    inode: 2n ** 64n - 1n,
    linkTarget: null,
    origin: 'image',
    ...given,
  };
}

export const sampleRun = (runId: string, given: Partial<RunMetadata> = {}): Run => ({
  metadata: sampleMetadata({runId, ...given}),
  rows: [sampleRow(), sampleRow({path: '/usr/lib/perl', op: 'lookup', ok: false, errno: 2, origin: 'absent'})],
});

/** Any bytes but NUL, which no Linux path holds. */
const pathArbitrary = fc.oneof(
  fc.string({unit: 'binary'}).map((text) => `/${text.replaceAll('\0', '')}`),
  fc.uint8Array({min: 1}).map((bytes) => `/${pathFromBytes(bytes)}`),
);
const nanoseconds = fc.bigInt(0n, 2n ** 63n - 1n);
const text = fc.oneof(fc.string({unit: 'binary'}), fc.string({unit: fc.constantFrom('\0', "'", 'a')}));
const count = fc.integer({min: 0, max: Number.MAX_SAFE_INTEGER});
const processId = fc.integer({min: 0, max: 2 ** 31 - 1});

export const rowArbitrary: fc.Arbitrary<AccessRow> = fc.record({
  path: pathArbitrary,
  op: fc.constantFrom(...operations),
  ok: fc.boolean(),
  errno: fc.integer({min: 0, max: 4095}),
  count,
  firstNs: nanoseconds,
  lastNs: nanoseconds,
  pid: processId,
  ppid: processId,
  exe: fc.oneof(fc.constant(''), pathArbitrary),
  dev: fc.integer({min: 0, max: 2 ** 32 - 1}),
  inode: fc.bigInt(0n, 2n ** 64n - 1n),
  linkTarget: fc.oneof(fc.constant(null), pathArbitrary),
  origin: fc.constantFrom(...origins),
});

export const runArbitrary: fc.Arbitrary<Run> = fc.record({
  metadata: fc.record({
    runId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/),
    imageId: text,
    imageName: text,
    workload: text,
    startedNs: nanoseconds,
    endedNs: nanoseconds,
    complete: fc.boolean(),
    incompleteReason: text,
    lostRecords: count,
    capturedRecords: count,
    foldedRecords: count,
    backend: fc.constantFrom(...backends),
    rung: fc.option(fc.constantFrom(...rungs)),
    systemCalls: fc.option(fc.dictionary(fc.constantFrom(...architectures), fc.uniqueArray(fc.constantFrom('read', 'pread64', '_llseek', '#462'), {minLength: 1}), {minKeys: 1, noNullPrototype: true})),
    exitCode: fc.option(fc.integer({min: 0, max: 255})),
  }).map(({rung, systemCalls, ...metadata}) => ({...metadata, ...(rung === null ? {} : {rung}), ...(systemCalls === null ? {} : {systemCalls})})),
  rows: fc.array(rowArbitrary, {maxLength: 20}),
});

export const startedEvent = (runId: string): StartedEvent => ({
  kind: 'started',
  runId,
  imageId: `sha256:${'a'.repeat(64)}`,
  imageName: 'shop:1.4',
  workload: 'smoke',
  startedNs: 1_795_503_300_000_000_001n,
  backend: 'bpftrace',
  pid: 1,
});

/** Another process on a store: the roles are those of store-worker.ts. */
export const storeWorker = (storeDirectory: string, role: string, argument = '') =>
  execa('node', ['--import=tsx', fileURLToPath(new URL('store-worker.ts', import.meta.url)), storeDirectory, role, argument]);
