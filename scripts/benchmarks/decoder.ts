import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {Buffer} from 'node:buffer';
import {probeBinary} from '../../src/capture/local-probe.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {withContainer} from './containers.js';
import {median} from './interleave.js';

const files = 50_000;
const repeats = 11;
/** As a pipe delivers it. */
const chunkBytes = 65_536;

export interface DecoderResult {
  readonly records: number;
  readonly bytes: number;
  readonly recordsPerSecond: number;
}

/** Decodes a stream that the probe really sent: first sights, which cost most, and their counts. */
export async function benchDecoder(): Promise<DecoderResult> {
  const stream = await recordStream();
  const speeds: number[] = [];
  let records = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const begin = performance.now();
    records = decode(stream);
    speeds.push((records / (performance.now() - begin)) * 1000);
  }
  return {records, bytes: stream.length, recordsPerSecond: median(speeds)};
}

function decode(stream: Buffer): number {
  const decoder = new RecordDecoder();
  let records = 0;
  for (let at = 0; at < stream.length; at += chunkBytes) {
    for (const event of decoder.push(stream.subarray(at, at + chunkBytes))) {
      records += event.kind === 'hello' ? 0 : 1;
    }
  }
  return records;
}

function recordStream(): Promise<Buffer> {
  return withContainer(['/workloads/loop', String(files), '1', '/tmp/files'], async (container) => {
    const probe = spawn(probeBinary(), ['run', '--container', container.id], {stdio: ['pipe', 'pipe', 'inherit']});
    const chunks: Buffer[] = [];
    probe.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(probe.stdout, 'data');
    await container.run();
    probe.stdin.end();
    await once(probe.stdout, 'end');
    return Buffer.concat(chunks);
  });
}
