/** `scripts/bench`: measures, writes bench-results/NAME.json, and prints Markdown tables for the README. */
import {mkdir, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {execa} from 'execa';
import {type Accepted, benchAcceptance} from './acceptance.js';
import {removeLeftovers} from './containers.js';
import {type DebloatBench, type DebloatRounds, benchDebloat, benchDebloatFiles} from './debloat.js';
import {benchDecoder} from './decoder.js';
import {benchFailingRuns} from './failing-runs.js';
import {benchFullSpeed, benchMemory, type OpensUnderProfile} from './full-speed.js';
import {debugModule} from './module-debug.js';
import {stressModule} from './module-stress.js';
import {interleave, type Ratio, seededRandom} from './interleave.js';
import {benchGenerations} from './generations.js';
import {overheadOf} from './overhead.js';
import {benchPrefetch} from './prefetch.js';
import {writeRows, writeTable} from './write-table.js';
import {benchInstructions, type InstructionCost} from './vm-cost.js';

const root = path.resolve(import.meta.dirname, '../..');
const results = path.join(root, 'bench-results');

const {values: options, positionals} = parseArgs({
  allowPositionals: true,
  options: {rounds: {type: 'string', default: '7'}, seed: {type: 'string', default: '1'}, only: {type: 'string', default: ''}, clock: {type: 'string', default: 'wall'}},
});

const benches: Readonly<Record<string, () => Promise<Measured>>> = {
  'overhead-files': () => overhead('20,000 files, each opened, fstat’d and closed 3 times', ['/workloads/loop', '20000', '3', '/tmp/files']),
  'overhead-execs': () => overhead('2,000 programs executed', ['/workloads/execs', '2000', '/workloads/nothing']),
  'vm-cost': instructions,
  'module-stress': async () => {
    const result = await stressModule('6.1');
    return {result, table: figures(result)};
  },
  'module-debug': async () => {
    const result = await debugModule();
    return {result, table: figures(result)};
  },
  decoder: async () => {
    const result = await benchDecoder();
    return {result, table: figures({'records decoded a second': result.recordsPerSecond, 'stream, bytes': result.bytes, 'records in it': result.records})};
  },
  'full-speed-first': async () => opensTable(await benchFullSpeed('first')),
  'full-speed-all': async () => opensTable(await benchFullSpeed('all')),
  memory: async () => opensTable(await benchMemory()),
  prefetch: () => documented('prefetch', benchPrefetch),
  generations: () => documented('generations', benchGenerations),
  'failing-runs': () => documented('failing-runs', benchFailingRuns, 'plan'),
  acceptance,
  debloat: () => debloatTable('engine to engine', benchDebloat),
  'debloat-files': () => debloatTable('files to files', benchDebloatFiles),
  aggregate: () => byScript('bench-aggregate.ts'),
  trainer: () => byScript('bench-trainer.ts'),
  estimates,
};

await mkdir(results, {recursive: true});
await removeLeftovers();
const wanted = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = wanted.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`bench: no benchmark ${unknown}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
for (const name of wanted) {
  process.stderr.write(`${name}\n`);
  const {result, table} = (await benches[name]?.()) ?? {result: null, table: []};
  await writeFile(path.join(results, `${name}.json`), `${JSON.stringify({name, ...machine(), options, result}, null, 2)}\n`);
  process.stdout.write(`\n${table.join('\n')}\n`);
}

/** Writes its table into docs/module.md too. */
async function instructions(): Promise<Measured> {
  const [older, newer] = [await benchInstructions('6.1'), await benchInstructions('6.12')];
  const cells = (cost: InstructionCost): string[] => [cost.firstSight, cost.repeat, cost.exec].map(({ratio, instructions}) => `${ratio.toFixed(3)} (${instructions.toFixed(0)})`);
  const rows = older.map((cost, index) => `| ${[cost.name, ...cells(cost), ...newer.slice(index, index + 1).flatMap(cells)].join(' | ')} |`);
  const columns = ['6.1', '6.12'].flatMap((series) => ['first open', 'later open', 'exec'].map((what) => `${series}: ${what}`));
  const table = [`| untraced = 1 (instructions) | ${columns.join(' | ')} |`, '|---|---|---|---|---|---|---|', ...rows];
  await writeTable(path.join(root, 'docs/module.md'), 'vm-cost', table);
  return {result: {'6.1': older, '6.12': newer}, table};
}

/** Writes its table into docs/trainer.md too. */
async function estimates(): Promise<{result: unknown; table: string[]}> {
  const {stdout, stderr} = await execa(process.execPath, ['--import=tsx', path.join(root, 'scripts/estimates/evaluate.ts'), '--write']);
  return {result: JSON.parse(stdout), table: stderr.split('\n').filter((line) => line.startsWith('|'))};
}

async function overhead(title: string, workload: readonly string[]): Promise<{result: Ratio[]; table: string[]}> {
  const {variants: [untraced, ...traced], absent} = await overheadOf(workload, options.clock === 'processor' ? 'cpuNs' : 'ns');
  const wanted = traced.filter(({name}) => new RegExp(options.only).test(name));
  const ratios = await interleave([untraced, ...wanted], {
    rounds: Number(options.rounds),
    random: seededRandom(Number(options.seed)),
    onRun: (round, name) => process.stderr.write(`  round ${round}: ${name}\n`),
  });
  const rows = ratios.map(({name, median, min, max}) => `| ${name} | ${figure(median)} | ${figure(min)} … ${figure(max)} |`);
  const missing = absent.map(({name, reason}) => `| ${name} | ${reason} | |`);
  return {result: ratios, table: [`| ${title} | ${options.clock} time, untraced = 1 | least … most of ${options.rounds} |`, '|---|---|---|', ...rows, ...missing]};
}

function opensTable(result: OpensUnderProfile): {result: unknown; table: string[]} {
  const {seconds, opens, captured, lost, peak} = result;
  const exact = (value: number): string => value.toLocaleString('en-US');
  const megabytes = (bytes: number): string => `${figure(bytes / 1e6)} MB`;
  return {
    result,
    table: [
      '| seconds | opens made | opens captured | accesses lost | winnow’s memory at most | the probe’s |', '|---|---|---|---|---|---|',
      `| ${figure(seconds)} | ${exact(opens)} | ${exact(captured)} | ${exact(lost)} | ${megabytes(peak.controller)} | ${megabytes(peak.probe)} |`,
    ],
  };
}

interface Measured {
  readonly result: unknown;
  readonly table: string[];
}

async function debloatTable(title: string, bench: (how: DebloatRounds) => Promise<DebloatBench>): Promise<Measured> {
  const {rounds, seed} = options;
  const result = await bench({rounds: Number(rounds), seed: Number(seed), onRun: (round, name) => process.stderr.write(`  round ${round}: ${name}\n`)});
  const rows = result.ratios.map(({name, median, min, max}) => `| ${name} | ${figure(median)} | ${figure(min)} … ${figure(max)} |`);
  return {result, table: [`| 1 GB ${title} | time | least … most of ${rounds} |`, '|---|---|---|', ...rows, `| winnow’s memory at most, MB | ${figure(result.peak / 1e6)} | |`]};
}

/** A benchmark whose table stands in a page of the documentation. */
async function documented(name: string, measure: () => Promise<Measured>, page = name): Promise<Measured> {
  const measured = await measure();
  await writeTable(path.join(root, `docs/${page}.md`), name, measured.table);
  return measured;
}

async function acceptance(): Promise<{result: Accepted[]; table: string[]}> {
  const result = await benchAcceptance(new RegExp(options.only));
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 1)} MB`;
  const rows = result.map((image) => `| ${image.name} | ${mb(image.bytes)} | ${mb(image.debloatedBytes)} | ${image.files} → ${image.keptFiles} | ${image.packages} → ${image.keptPackages} | ${image.runs} | ${image.verified ? `passes, attempt ${image.attempts}` : 'fails'} | ${image.heldOut ? 'passes' : 'fails'} | ${image.changedPaths} |`);
  const table = ['| image | as it came | debloated | files | packages | runs profiled | verified | held-out workload | kept paths changed |', '|---|---|---|---|---|---|---|---|---|', ...rows];
  await writeRows(path.join(root, 'docs/debloat.md'), 'acceptance', table);
  return {result, table};
}

/** A benchmark that stands alone and prints one JSON object of numbers as its last line. */
async function byScript(script: string): Promise<{result: Record<string, unknown>; table: string[]}> {
  const {stdout} = await execa(process.execPath, ['--import=tsx', path.join(root, 'scripts', script)], {stderr: 'inherit'});
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  return {result, table: figures(result)};
}

function figures(values: Readonly<Record<string, unknown>>): string[] {
  const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${typeof value === 'number' ? figure(value) : String(value)} |`);
  return ['| figure | value |', '|---|---|', ...rows];
}

/** Three digits say all that a busy machine's figures mean. */
function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

function machine(): Record<string, unknown> {
  return {kernel: os.release(), processors: os.availableParallelism(), node: process.version, measured: new Date().toISOString()};
}
