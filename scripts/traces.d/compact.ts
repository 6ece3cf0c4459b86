/** Traces in little: an image's index and, of each run, what it touched in order. Brotli over columns, since neighbours are alike. */
import {Buffer} from 'node:buffer';
import {brotliCompressSync, brotliDecompressSync, constants} from 'node:zlib';
import {type Operation, operations} from '../../src/model/access.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import type {ImageFile, ImageIndex} from '../../src/model/image-index.js';

/** One image and its runs. */
export interface Trace {
  readonly index: ImageIndex;
  readonly runs: readonly TracedRun[];
}

export interface TracedRun {
  readonly workload: string;
  /** Image paths that it touched successfully, in order of the first touch, with all that it did to each. */
  readonly touches: readonly {readonly path: ContainerPath; readonly ops: readonly Operation[]}[];
}

interface Columns {
  readonly image: ImageIndex['image'];
  readonly files: Readonly<Record<string, readonly unknown[]>>;
  readonly paths: readonly ContainerPath[];
  readonly workloads: readonly string[];
  /** For each run path 0, operations 0, path 1, …: a path as its number in `paths`, operations as bits. */
  readonly touches: readonly (readonly number[])[];
}

/** Contents' digests are left out: they do not compress, and the estimates of one image need none. */
export function packTrace({index, runs}: Trace): Buffer {
  const paths = [...new Set(runs.flatMap(({touches}) => touches.map(({path}) => path)))].sort();
  const numberOf = new Map(paths.map((path, at) => [path, at]));
  const bits = (ops: readonly Operation[]): number => ops.reduce((mask, op) => mask | (1 << operations.indexOf(op)), 0);
  const keys = Object.keys(index.files[0] ?? {}).filter((key) => key !== 'digest') as (keyof ImageFile)[];
  const columns: Columns = {
    image: index.image,
    files: Object.fromEntries(keys.map((key) => [key, index.files.map((file) => file[key])])),
    paths,
    workloads: runs.map(({workload}) => workload),
    touches: runs.map(({touches}) => touches.flatMap(({path, ops}) => [numberOf.get(path) ?? 0, bits(ops)])),
  };
  const text = Buffer.from(JSON.stringify(columns));
  return brotliCompressSync(text, {params: {[constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length}});
}

export function unpackTrace(packed: Uint8Array): Trace {
  const {image, files, paths, workloads, touches} = JSON.parse(brotliDecompressSync(packed).toString()) as Columns;
  const entries = Object.entries(files);
  const opsOf = (mask: number): Operation[] => operations.filter((_, bit) => (mask & (1 << bit)) !== 0);
  return {
    index: {
      image,
      files: (files['path'] ?? []).map((_, at) => ({...Object.fromEntries(entries.map(([key, column]) => [key, column[at]])), digest: null}) as unknown as ImageFile),
    },
    runs: workloads.map((workload, run) => ({
      workload,
      touches: pairs(touches[run] ?? []).map(([path, mask]) => ({path: paths[path] ?? '', ops: opsOf(mask)})),
    })),
  };
}

function pairs(flat: readonly number[]): [number, number][] {
  return Array.from({length: flat.length / 2}, (_, at) => [flat[2 * at] ?? 0, flat[2 * at + 1] ?? 0]);
}
