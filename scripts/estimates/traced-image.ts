/** The packed traces as the estimates see them: which run needed which file. */
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {ImageTree} from '../../src/image/tree.js';
import {contentOperations, operations} from '../../src/model/access.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import type {RunMetadata} from '../../src/model/run.js';
import {type Incidence, selectRuns} from '../../src/stats/incidence.js';
import type {RunTouches} from '../../src/store/aggregate.js';
import {imageStructure, type ImageStructure} from '../../src/train/estimate/image-structure.js';
import {countNeeds, type Needs} from '../../src/train/estimate/needs.js';
import {neededRuns} from '../../src/train/needed-runs.js';
import {type Trace, unpackTrace} from '../traces.d/compact.js';

export interface TracedImage {
  readonly name: string;
  readonly index: ImageIndex;
  readonly touches: RunTouches;
  readonly structure: ImageStructure;
  /** Size of each file that holds content. */
  readonly bytes: Float64Array;
  /** Runs that needed each file that holds content, and runs that wanted anything of it. */
  readonly opened: Incidence;
  readonly touched: Incidence;
  readonly kindOf: Int32Array;
  readonly kinds: number;
}

const traces = path.resolve(import.meta.dirname, '../../test/fixtures/traces');

export async function loadTracedImages(): Promise<TracedImage[]> {
  const names = (await readdir(traces)).filter((name) => name.endsWith('.json.br')).sort();
  return Promise.all(names.map(async (name) => tracedImage(path.basename(name, '.json.br'), unpackTrace(await readFile(path.join(traces, name))))));
}

export function tracedImage(name: string, trace: Trace): TracedImage {
  const {index} = trace;
  const touches = touchesOf(trace);
  const needed = neededRuns(touches, index, new ImageTree(index));
  const structure = imageStructure(index);
  const workloads = [...new Set(trace.runs.map(({workload}) => workload))].sort();
  const ofContent = (incidence: Incidence): Incidence => Array.from(structure.files, (at) => incidence[at] ?? new Uint32Array());
  return {
    name, index, touches, structure,
    bytes: Float64Array.from(structure.files, (at) => index.files[at]?.bytes ?? 0),
    opened: ofContent(needed.opened), touched: ofContent(needed.incidence),
    kindOf: Int32Array.from(trace.runs, ({workload}) => workloads.indexOf(workload)), kinds: workloads.length,
  };
}

/** Counts over some of the runs; kinds without any are left out. */
export function needsOf(image: TracedImage, runs: readonly number[]): Needs {
  const kinds = [...new Set(runs.map((run) => image.kindOf[run] ?? 0))];
  const newIndex = new Int32Array(image.kindOf.length).fill(-1);
  [...runs].sort((a, b) => a - b).forEach((run, at) => (newIndex[run] = at));
  const kindOf = Int32Array.from([...runs].sort((a, b) => a - b), (run) => kinds.indexOf(image.kindOf[run] ?? 0));
  const positions = Int32Array.from(image.opened, (_, at) => at);
  return countNeeds(positions, selectRuns(image.opened, newIndex), selectRuns(image.touched, newIndex), {kindOf, kinds: kinds.length, weight: new Float64Array(runs.length).fill(1)});
}

/** Share of some runs that needed each file. */
export function shareOf(image: TracedImage, runs: readonly number[]): Float64Array {
  const chosen = new Set(runs);
  return Float64Array.from(image.opened, (by) => (runs.length === 0 ? 0 : by.reduce((sum, run) => sum + (chosen.has(run) ? 1 : 0), 0) / runs.length));
}

export const runsOf = (image: TracedImage, wanted: (kind: number, run: number) => boolean): number[] =>
  Array.from(image.kindOf.keys()).filter((run) => wanted(image.kindOf[run] ?? 0, run));

function touchesOf({index, runs}: Trace): RunTouches {
  const paths = new Map<ContainerPath, {ops: number; touched: number[]; opened: number[]}>();
  runs.forEach(({touches}, run) => {
    for (const {path: name, ops} of touches) {
      const known = paths.get(name) ?? {ops: 0, touched: [], opened: []};
      paths.set(name, known);
      known.ops |= ops.reduce((mask, op) => mask | (1 << operations.indexOf(op)), 0);
      known.touched.push(run);
      if (ops.some((op) => contentOperations.includes(op))) {
        known.opened.push(run);
      }
    }
  });
  const sorted = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    runs: runs.map(({workload}, run): RunMetadata => ({
      runId: `20261125T000000Z-${run.toString(16).padStart(8, '0')}`, imageId: index.image.id, imageName: index.image.name, workload,
      startedNs: BigInt(run), endedNs: BigInt(run + 1), complete: true, incompleteReason: '', lostRecords: 0, capturedRecords: 0, foldedRecords: 0, backend: 'ebpf', exitCode: 0,
    })),
    paths: sorted.map(([name]) => name),
    touchedBy: sorted.map(([, {touched}]) => Uint32Array.from(touched)),
    openedBy: sorted.map(([, {opened}]) => Uint32Array.from(opened)),
    opsOf: Uint8Array.from(sorted, ([, {ops}]) => ops),
  };
}
