import {type AccessRow, operations} from '../model/access.js';
import type {Run, RunMetadata} from '../model/run.js';
import type {OperationTotal, Page, RunDetail, RunRow, RunsPage, RunSummary} from '../model/web-api.js';
import {apiPath, pathMatches} from './api-path.js';
import type {RunList} from './library.js';
import type {PageQuery} from './query.js';

export function runsPage({runs, problems}: RunList, {offset, limit, q}: PageQuery): RunsPage {
  const wanted = q.toLowerCase();
  const matching = runs
    .filter(({runId, imageName, workload}) => `${runId} ${imageName} ${workload}`.toLowerCase().includes(wanted))
    .sort((a, b) => (a.startedNs < b.startedNs ? 1 : -1));
  return {offset, total: matching.length, items: matching.slice(offset, offset + limit).map(runSummary), problems};
}

export function runDetail({metadata, rows}: Run): RunDetail {
  const present = rows.filter((row) => row.ok);
  return {
    ...runSummary(metadata),
    totals: {
      paths: distinctPaths(present),
      imagePaths: distinctPaths(present.filter((row) => row.origin === 'image')),
      absentPaths: distinctPaths(rows.filter((row) => row.origin === 'absent')),
      accesses: sumOfCounts(rows),
      programs: new Set(rows.map((row) => row.exe)).size,
      operations: operationTotals(rows),
    },
  };
}

export function runRows({metadata, rows}: Run, {offset, limit, q}: PageQuery): Page<RunRow> {
  const matching = q === '' ? rows : rows.filter((row) => pathMatches(row.path, q) || pathMatches(row.exe, q));
  return {offset, total: matching.length, items: matching.slice(offset, offset + limit).map((row) => runRow(row, metadata.startedNs))};
}

function runSummary(metadata: RunMetadata): RunSummary {
  const {startedNs, endedNs, ...same} = metadata;
  return {...same, startedMs: nsToMs(startedNs), durationMs: nsToMs(endedNs - startedNs)};
}

function runRow({path, op, errno, count, origin, pid, exe, firstNs}: AccessRow, startedNs: bigint): RunRow {
  return {...apiPath(path), op, errno, count, origin, pid, program: apiPath(exe), firstAfterMs: nsToMs(firstNs - startedNs)};
}

function operationTotals(rows: readonly AccessRow[]): OperationTotal[] {
  return operations.flatMap((op) => {
    const own = rows.filter((row) => row.op === op);
    const failed = sumOfCounts(own.filter((row) => !row.ok));
    return own.length === 0 ? [] : [{op, paths: distinctPaths(own), accesses: sumOfCounts(own), failed}];
  });
}

const distinctPaths = (rows: readonly AccessRow[]): number => new Set(rows.map((row) => row.path)).size;
const sumOfCounts = (rows: readonly AccessRow[]): number => rows.reduce((sum, row) => sum + row.count, 0);

/** Keeps microseconds: a short run has all its first sights within a few milliseconds. */
const nsToMs = (ns: bigint): number => Number(ns / 1000n) / 1000;
