import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Run} from '../model/run.js';
import {type Exported, jsonDocument} from './exported.js';
import {printablePath} from './path-text.js';

/**
 * One run as Trace Event JSON, which Perfetto and chrome://tracing open: a track for each process, on it a span from the process's
 * first access to its last, and a mark where it did something for the first time.
 */
export function chromeTrace({metadata, rows}: Run): Exported {
  const {runId, imageName, workload, startedNs} = metadata;
  const ordered = inOrder(rows);
  const spans = [...byProcess(ordered)].flatMap(([pid, own]) => {
    const from = own[0]?.firstNs ?? startedNs;
    const to = own.reduce((last, {lastNs}) => (lastNs > last ? lastNs : last), from);
    const name = text(own.findLast(({exe}) => exe !== '')?.exe ?? '') || `process ${pid}`;
    return [
      {ph: 'M', name: 'process_name', pid, tid: pid, args: {name}},
      {ph: 'X', name, cat: 'process', pid, tid: pid, ts: us(from, startedNs), dur: Math.max(us(to, from), 0.001), args: {ppid: own[0]?.ppid ?? 0}},
    ];
  });
  const marks = ordered.map(({path, op, errno, count, firstNs, lastNs, origin, exe, pid}) => ({
    ph: 'i', s: 't', name: `${op} ${text(path)}`, cat: `${op},${origin}`, pid, tid: pid, ts: us(firstNs, startedNs),
    args: {path: text(path), ...(errno === 0 ? {} : {errno}), count, lastUs: us(lastNs, startedNs), program: text(exe)},
  }));
  return jsonDocument({
    displayTimeUnit: 'ms',
    otherData: {run: runId, image: text(imageName), workload: text(workload)},
    traceEvents: [...spans, ...marks],
  });
}

/**
 * One run for speedscope, with a frame for each directory and file: in "time" a path lasts from its first sight to the next one's,
 * in "accesses" it weighs as many as it had.
 */
export function speedscope({metadata, rows}: Run): Exported {
  const ordered = inOrder(rows.filter(({ok}) => ok));
  const frames = new Map<ContainerPath, number>();
  const stackOf = (path: ContainerPath): number[] => {
    const ends = [...path.matchAll(/(?<=.)\/|$/gsu)].map(({index}) => index);
    return ends.map((end) => {
      const frame = path.slice(0, end);
      const number = frames.get(frame) ?? frames.size;
      frames.set(frame, number);
      return number;
    });
  };
  const samples = ordered.map(({path}) => stackOf(path));
  const endNs = [metadata.endedNs, ordered.at(-1)?.firstNs ?? 0n].reduce((a, b) => (b > a ? b : a));
  const weights = ordered.map(({firstNs}, at) => Number((ordered[at + 1]?.firstNs ?? endNs) - firstNs));
  const sampled = (name: string, unit: string, own: readonly number[]) => ({
    type: 'sampled', name, unit, startValue: 0, endValue: own.reduce((sum, weight) => sum + weight, 0), samples, weights: own,
  });
  return jsonDocument({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: `${text(metadata.imageName)} ${text(metadata.workload)} ${metadata.runId}`,
    exporter: 'winnow',
    activeProfileIndex: 0,
    profiles: [sampled('time', 'nanoseconds', weights), sampled('accesses', 'none', ordered.map(({count}) => count))],
    shared: {frames: [...frames.keys()].map((frame) => ({name: text(frame)}))},
  });
}

/** By first sight; an import may know no times. */
function inOrder(rows: readonly AccessRow[]): AccessRow[] {
  return rows.filter(({firstNs}) => firstNs > 0n).sort((a, b) => (a.firstNs < b.firstNs ? -1 : a.firstNs > b.firstNs ? 1 : 0));
}

function byProcess(rows: readonly AccessRow[]): Map<number, AccessRow[]> {
  const processes = new Map<number, AccessRow[]>();
  for (const row of rows) {
    const own = processes.get(row.pid) ?? [];
    own.push(row);
    processes.set(row.pid, own);
  }
  return processes;
}

const text = (path: ContainerPath): string => printablePath(path).text;

/** Nanoseconds after the run's start as microseconds. */
const us = (ns: bigint, startedNs: bigint): number => Number(ns - startedNs) / 1000;
