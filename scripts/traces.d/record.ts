/**
 * `scripts/traces`: records runs of images of Debian packages under capture, a little different each time. What the runs do
 * stands in the .yaml files here; a seed decides their choices. Runs that the store has already are not made again.
 */
import {availableParallelism} from 'node:os';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import type Docker from 'dockerode';
import {execa} from 'execa';
import {parse} from 'yaml';
import {startProbes} from '../../src/capture/choose-probe.js';
import {removeOrphans} from '../../src/capture/container.js';
import {localProbeHost} from '../../src/capture/local-probe.js';
import {captureRun} from '../../src/capture/session.js';
import {nowNs, storedRun} from '../../src/cli/stored-run.js';
import {openEngine} from '../../src/image/engine.js';
import {loadImageIndex} from '../../src/image/index-cache.js';
import {ImageTree} from '../../src/image/tree.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import {listRuns, newRunId} from '../../src/store/store.js';
import {seededRandom} from '../benchmarks/interleave.js';
import {fillIn} from './template.js';

interface TracedImage {
  readonly packages: readonly string[];
  /** What each script begins with. */
  readonly prelude: string;
  readonly workloads: Readonly<Record<string, string>>;
}

const here = import.meta.dirname;
const {values: options, positionals} = parseArgs({
  allowPositionals: true,
  options: {store: {type: 'string', default: path.resolve(here, '../../build/traces')}, repeats: {type: 'string', default: '8'}, seed: {type: 'string', default: '1'}},
});
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

const engine = await openEngine(process.env);
await removeOrphans(engine);
const all = (await readdir(here)).filter((name) => name.endsWith('.yaml')).map((name) => path.basename(name, '.yaml'));
for (const name of positionals.length > 0 ? positionals : all) {
  const image = parse(await readFile(path.join(here, `${name}.yaml`), 'utf8')) as TracedImage;
  const tag = `winnow-traces/${name}:1`;
  await execa(path.join(here, 'image'), [tag, ...image.packages], {stdio: ['ignore', 'ignore', 'inherit']});
  await recordImage(engine, await loadImageIndex(engine, tag, options.store), image);
}

async function recordImage(docker: Docker, index: ImageIndex, {prelude, workloads}: TracedImage): Promise<void> {
  const made = await listRuns(options.store, {image: index.image.id});
  const tree = new ImageTree(index);
  const todo = Object.entries(workloads).flatMap(([workload, script]) =>
    Array.from({length: Number(options.repeats)}, (_, repeat) => ({workload, script, repeat}))
      .slice(made.filter((run) => run.workload === workload).length),
  );
  process.stderr.write(`${index.image.name}: ${todo.length} runs of ${Object.keys(workloads).length} workloads\n`);
  const worker = async (): Promise<void> => {
    for (let next = todo.shift(); next !== undefined && !controller.signal.aborted; next = todo.shift()) {
      const random = seededRandom(hash(`${options.seed} ${index.image.name} ${next.workload} ${next.repeat}`));
      await record(docker, index, tree, next.workload, prelude + fillIn(next.script, random));
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, worker));
}

async function record(docker: Docker, index: ImageIndex, tree: ImageTree, workload: string, script: string): Promise<void> {
  const plan = {
    runId: newRunId(), startedNs: nowNs(), image: index.image, tree, workload, duration: {until: 'time', ms: 60_000}, known: new Set<string>(),
    command: ['/bin/sh', '-c', script], dockerArgs: ['--network=none'], ready: {by: 'started'}, steps: [], services: [],
  } as const;
  const probe = {backend: 'ebpf', host: localProbeHost(process.env), workingDirectory: '/', note: () => undefined} as const;
  const {run, failure} = await storedRun(options.store, () => undefined, (effects) =>
    captureRun(plan, {...effects, docker, reach: (address) => Promise.resolve(address), signal: controller.signal, startProbes: (ids) => startProbes(ids, probe)}),
  );
  if (failure !== null || run.metadata.exitCode !== 0) {
    process.exitCode = 1;
    process.stderr.write(`${workload} ended with ${run.metadata.exitCode ?? failure?.message}; try: docker run --rm --network=none ${index.image.name} sh -c '${script.replaceAll("'", `'\\''`)}'\n`);
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (const char of text) {
    value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x0100_0193);
  }
  return value >>> 0;
}
