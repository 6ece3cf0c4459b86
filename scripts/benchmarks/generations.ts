/** Plays recorded runs as a history that drifts, and lets policies of what to keep follow it. */
import type {CostModel} from '../../src/model/cost-model.js';
import {keepMs, missMs} from '../../src/plan/file-cost.js';
import {defaultGenerations, Generations} from '../../src/plan/generations/generations.js';
import type {RecordedRuns} from '../../src/plan/prefetch/learn-prefetch.js';
import {readSequences, traceNames} from '../traces.d/sequences.js';
import {seededRandom} from './interleave.js';

const phases = 5;
const runsPerPhase = 60;
const trainingRuns = 40;
const seeds = [1, 2, 3];
/** An image pulled for each run; misses come over a slower and farther line. */
const prices: CostModel = {provisionBytesPerSecond: 125e6, fetchBytesPerSecond: 12.5e6, missMs: 20, runsPerPull: 1};

/** Decides what is kept for the next run from the runs before. */
interface Keeper {
  readonly add: (needed: ReadonlySet<number>) => void;
  readonly keeps: (file: number) => boolean;
}

type History = readonly (readonly ReadonlySet<number>[])[];

export interface GenerationsResult {
  readonly image: string;
  readonly policy: string;
  /** Cost above that of the best fixed set of each phase, as a share of it; means over seeds. */
  readonly regrets: readonly number[];
  /** Share of the phases' whole cost. */
  readonly regret: number;
  readonly movesPerRun: number;
  readonly movedBytesPerRun: number;
}

const policies: Readonly<Record<string, (bytes: readonly number[]) => Keeper>> = {
  'what the first runs needed': () => keepSeen(trainingRuns, Infinity),
  'all that was ever needed': () => keepSeen(Infinity, Infinity),
  'needed in the last 20 runs': () => keepSeen(Infinity, 20),
  'generations without hysteresis': (bytes) => keepGenerations(bytes, 1),
  generations: (bytes) => keepGenerations(bytes, defaultGenerations.hysteresis),
};

export async function benchGenerations(): Promise<{result: GenerationsResult[]; table: string[]}> {
  const images = await Promise.all(traceNames.map(async (image) => ({image, recorded: await readSequences(image)})));
  const result = images.flatMap(({image, recorded}) => {
    const histories = seeds.map((seed) => drift(recorded, seed));
    return Object.entries(policies).map(([policy, make]) => summarise(image, policy, histories.map((history) => follow(history, recorded, make))));
  });
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const rows = result.map(({image, policy, regrets, regret, movesPerRun, movedBytesPerRun}) =>
    `| ${image} | ${policy} | ${regrets.map(percent).join(' · ')} | ${percent(regret)} | ${movesPerRun.toFixed(1)} | ${(movedBytesPerRun / 1000).toFixed(0)} kB |`);
  return {result, table: ['| image | policy | regret in each of five phases | over all | moves a run | moved a run |', '|---|---|---|---|---|---|', ...rows]};
}

/** Training runs and five phases: of the kinds of workload a third, of which half are others in the next phase. */
function drift({sequences, kinds}: RecordedRuns, seed: number): History {
  const random = seededRandom(seed);
  const names = [...new Set(kinds)].sort().map((name) => ({name, place: random()})).sort((a, b) => a.place - b.place).map(({name}) => name);
  const width = Math.ceil(names.length / 3);
  const draw = (phase: number, count: number): ReadonlySet<number>[] => {
    const start = Math.round((phase * width) / 2);
    const now = new Set(Array.from({length: width}, (_, at) => names[(start + at) % names.length]));
    const pool = sequences.filter((_, run) => now.has(kinds[run] ?? ''));
    return Array.from({length: count}, () => new Set(pool[Math.floor(random() * pool.length)]));
  };
  return [draw(0, trainingRuns), ...Array.from({length: phases}, (_, phase) => draw(phase, runsPerPhase))];
}

interface Followed {
  readonly costs: readonly number[];
  readonly oracle: readonly number[];
  readonly moves: number;
  readonly movedBytes: number;
}

function follow([training = [], ...history]: History, {files}: RecordedRuns, make: (bytes: readonly number[]) => Keeper): Followed {
  const bytes = files.map((file) => file.bytes);
  const sizeOf = (file: number): number => bytes[file] ?? 0;
  const keeper = make(bytes);
  training.forEach(keeper.add);
  const needed = [...new Set(history.flat().flatMap((run) => [...run]).concat(training.flatMap((run) => [...run])))];
  let kept = new Set(needed.filter(keeper.keeps));
  let [moves, movedBytes] = [0, 0];
  const costs = history.map((phase) => phase.reduce((sum, run) => {
    const keeping = [...kept].reduce((part, file) => part + keepMs(prices, sizeOf(file)), 0);
    const missing = [...run].reduce((part, file) => part + (kept.has(file) ? 0 : missMs(prices, sizeOf(file))), 0);
    keeper.add(run);
    const next = new Set(needed.filter(keeper.keeps));
    const moved = [...next].filter((file) => !kept.has(file)).concat([...kept].filter((file) => !next.has(file)));
    moves += moved.length;
    movedBytes += moved.reduce((part, file) => part + sizeOf(file), 0);
    kept = next;
    return sum + keeping + missing;
  }, 0));
  return {costs, oracle: history.map((phase) => bestFixedCost(phase, sizeOf)), moves, movedBytes};
}

/** Known in hindsight: each content kept in the whole phase or missed each time. */
function bestFixedCost(phase: readonly ReadonlySet<number>[], sizeOf: (file: number) => number): number {
  const counts = new Map<number, number>();
  phase.forEach((run) => run.forEach((file) => counts.set(file, (counts.get(file) ?? 0) + 1)));
  return [...counts].reduce((sum, [file, count]) => sum + Math.min(phase.length * keepMs(prices, sizeOf(file)), count * missMs(prices, sizeOf(file))), 0);
}

function summarise(image: string, policy: string, followed: readonly Followed[]): GenerationsResult {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const runs = phases * runsPerPhase;
  return {
    image,
    policy,
    regrets: Array.from({length: phases}, (_, phase) => mean(followed.map(({costs, oracle}) => (costs[phase] ?? 0) / (oracle[phase] ?? 1) - 1))),
    regret: mean(followed.map(({costs, oracle}) => total(costs) / total(oracle) - 1)),
    movesPerRun: mean(followed.map(({moves}) => moves / runs)),
    movedBytesPerRun: mean(followed.map(({movedBytes}) => movedBytes / runs)),
  };
}

/** What one of so many latest runs needed, of the first `learned` ones and those after them. */
function keepSeen(learned: number, window: number): Keeper {
  const last = new Map<number, number>();
  let runs = 0;
  return {
    add: (needed) => {
      runs += 1;
      if (runs <= learned) {
        needed.forEach((file) => last.set(file, runs));
      }
    },
    keeps: (file) => last.has(file) && runs - (last.get(file) ?? 0) < window,
  };
}

function keepGenerations(bytes: readonly number[], hysteresis: number): Keeper {
  const state = new Generations(bytes, prices, {...defaultGenerations, hysteresis});
  return {add: (needed) => void state.add(needed), keeps: (file) => state.generations[file] === 'kept'};
}
