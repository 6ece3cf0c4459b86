import process from 'node:process';
import {Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type Docker from 'dockerode';
import type {CostModel} from '../model/cost-model.js';
import type {ImageIndex} from '../model/image-index.js';
import {pathToBytes} from '../model/container-path.js';
import {ProfiledContainer} from './container.js';

/** Enough for a rate, and little enough to wait for. */
const maxBytes = 200e6;
const maxMs = 5000;
const latencyFiles = 15;

/**
 * Measures what bytes and misses cost with this engine: its rate of sending an image, the rate of the image's largest file by
 * itself, and the time of its smallest ones (median). A registry farther away is not measured; a cost file says it.
 *
 * @param now milliseconds of a steady clock
 */
export async function measureCost(docker: Docker, {image, files}: ImageIndex, signal: AbortSignal, now: () => number = () => performance.now()): Promise<CostModel> {
  const contents = files.filter(({type, bytes, path}) => type === 'file' && bytes > 0 && path.isWellFormed()).sort((a, b) => a.bytes - b.bytes || (a.path < b.path ? -1 : 1));
  const timed = async (open: () => Promise<NodeJS.ReadableStream>): Promise<{bytes: number; ms: number}> => {
    const begin = now();
    const bytes = await drain(await open(), signal, () => now() - begin > maxMs);
    return {bytes, ms: Math.max(now() - begin, 0.01)};
  };
  const rate = ({bytes, ms}: {bytes: number; ms: number}): number => Math.max(1, bytes / (ms / 1000));
  const provision = await timed(() => docker.getImage(image.id).get());
  const container = await ProfiledContainer.create(docker, {imageId: image.id, command: ['-'], dockerArgs: ['--network=none'], runId: `measure-${process.pid}`, reach: (address) => Promise.resolve(address)});
  try {
    const fetch = (path: string): Promise<{bytes: number; ms: number}> => timed(() => docker.getContainer(container.id).getArchive({path: pathToBytes(path).toString()}));
    const times: number[] = [];
    for (const {path} of contents.slice(0, latencyFiles)) {
      times.push((await fetch(path)).ms);
    }
    const missMs = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    const largest = contents.at(-1);
    const whole = largest === undefined ? provision : await fetch(largest.path);
    const fetchMs = Math.max(whole.ms - missMs, whole.ms / 10);
    return {provisionBytesPerSecond: rate(provision), fetchBytesPerSecond: rate({bytes: whole.bytes, ms: fetchMs}), missMs, runsPerPull: 1};
  } finally {
    await container.remove();
  }
}

/** Reads a stream to its end, or until there is enough of it, and counts. */
async function drain(stream: NodeJS.ReadableStream, signal: AbortSignal, isLate: () => boolean): Promise<number> {
  const enough = new AbortController();
  let bytes = 0;
  const counter = new Writable({
    write: (chunk: Buffer, _, done) => {
      bytes += chunk.length;
      if (bytes >= maxBytes || isLate()) {
        enough.abort();
      }
      done();
    },
  });
  try {
    await pipeline(stream, counter, {signal: AbortSignal.any([signal, enough.signal])});
  } catch (error) {
    if (!enough.signal.aborted) {
      throw error;
    }
  }
  return bytes;
}
