/** Usage: node --import=tsx scripts/traces.d/export.ts STORE DIRECTORY    packs each image of a store and its runs as NAME.json.br. */
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {listCachedImages, readCachedIndex} from '../../src/image/index-cache.js';
import type {Operation} from '../../src/model/access.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {packTrace, type TracedRun} from './compact.js';

const [store = '', directory = ''] = process.argv.slice(2);
await mkdir(directory, {recursive: true});
for (const image of await listCachedImages(store)) {
  const index = await readCachedIndex(store, image.id);
  const runs = await listRuns(store, {image: image.id});
  if (index !== null) {
    const name = /([^/]+):[^:]*$/.exec(image.name)?.[1] ?? image.id.slice(7, 19);
    const packed = packTrace({index, runs: await Promise.all(runs.map(({runId}) => readTraced(runId)))});
    await writeFile(path.join(directory, `${name}.json.br`), packed);
    process.stdout.write(`${name}: ${runs.length} runs, ${packed.length} bytes\n`);
  }
}

async function readTraced(runId: string): Promise<TracedRun> {
  const {metadata, rows} = await readRun(runFilePath(store, runId));
  const ops = new Map<ContainerPath, Set<Operation>>();
  const inOrder = rows.filter(({ok, origin}) => ok && origin === 'image').sort((a, b) => Number(a.firstNs - b.firstNs));
  for (const {path: touched, op} of inOrder) {
    ops.set(touched, (ops.get(touched) ?? new Set()).add(op));
  }
  return {workload: metadata.workload, touches: Array.from(ops, ([touched, set]) => ({path: touched, ops: [...set]}))};
}
