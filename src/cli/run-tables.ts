import {constants} from 'node:os';
import {operations} from '../model/access.js';
import type {Run, RunMetadata} from '../model/run.js';
import type {Outcome, RunDiff} from '../store/diff-runs.js';
import {alignColumns, displayPath} from './columns.js';

const rightOfList = new Set([4, 5, 6, 7]);

/** Lines of `winnow runs list`. */
export function listLines(runs: readonly RunMetadata[]): string[] {
  const head = ['RUN', 'IMAGE', 'WORKLOAD', 'STARTED', 'SECONDS', 'ACCESSES', 'LOST', 'EXIT', 'STATE'];
  const rows = runs.map((run) => [
    run.runId,
    displayPath(nameOfImage(run)),
    displayPath(run.workload),
    timeText(run.startedNs),
    secondsText(run),
    String(run.capturedRecords),
    String(run.lostRecords),
    run.exitCode === null ? '-' : String(run.exitCode),
    stateText(run),
  ]);
  return alignColumns([head, ...rows], rightOfList);
}

export interface OperationCount {
  readonly op: string;
  readonly paths: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Accesses by operation, those that occur. */
export function countOperations({rows}: Run): OperationCount[] {
  return operations.flatMap((op) => {
    const ofOp = rows.filter((row) => row.op === op);
    const sum = (ok: boolean) => ofOp.reduce((total, row) => total + (row.ok === ok ? row.count : 0), 0);
    return ofOp.length === 0 ? [] : [{op, paths: new Set(ofOp.map(({path}) => path)).size, succeeded: sum(true), failed: sum(false)}];
  });
}

/** Lines of `winnow runs show`. */
export function showLines({metadata}: Run, counts: readonly OperationCount[]): string[] {
  const facts = [
    ['run', metadata.runId],
    ['image', displayPath(metadata.imageName)],
    ['image id', metadata.imageId],
    ['workload', displayPath(metadata.workload)],
    ['started', timeText(metadata.startedNs)],
    ['seconds', secondsText(metadata)],
    ['state', stateText(metadata)],
    ['exit code', metadata.exitCode === null ? '-' : String(metadata.exitCode)],
    ['captured by', metadata.rung === undefined ? metadata.backend : `${metadata.backend}, ${metadata.rung} rung`],
    ...(metadata.systemCalls === undefined ? [] : [['system calls', Object.entries(metadata.systemCalls).map(([architecture, names]) => `${names.length} (${architecture})`).join(', ')]]),
    ['accesses', String(metadata.capturedRecords)],
    ['lost', String(metadata.lostRecords)],
    ...(metadata.foldedRecords === 0 ? [] : [['summed up', foldedText(metadata)]]),
  ];
  const table = counts.map(({op, paths, succeeded, failed}) => [op, String(paths), String(succeeded), String(failed)]);
  return [...alignColumns(facts), '', ...alignColumns([['OPERATION', 'PATHS', 'SUCCEEDED', 'FAILED'], ...table], new Set([1, 2, 3]))];
}

/** For a run that touched more than is held one by one. */
export const foldedText = ({foldedRecords}: RunMetadata): string =>
  `${foldedRecords} accesses, of image files for all processes together, of others below the nearest directory of the image`;

/** Lines of `winnow runs diff`: "-" is only in the first, "+" only in the second, "~" came out differently. */
export function diffLines({onlyInA, onlyInB, changed}: RunDiff): string[] {
  return [
    ...onlyInA.map((path) => `- ${displayPath(path)}`),
    ...onlyInB.map((path) => `+ ${displayPath(path)}`),
    ...changed.map(({path, a, b}) => `~ ${displayPath(path)}  ${outcomeText(a)} → ${outcomeText(b)}`),
  ];
}

const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

export const outcomeText = (outcome: Outcome): string => (outcome === 0 ? 'ok' : (errorNames.get(outcome) ?? `errno ${outcome}`));

const nameOfImage = ({imageName, imageId}: RunMetadata): string => (imageName === '' ? imageId.slice(0, 19) || '-' : imageName);

const timeText = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString().replace(/\.\d+/, '');

const secondsText = ({startedNs, endedNs}: RunMetadata): string => (Number((endedNs - startedNs) / 1_000_000n) / 1000).toFixed(1);

const stateText = ({complete, incompleteReason}: RunMetadata): string =>
  complete ? 'complete' : `incomplete${incompleteReason === '' ? '' : `: ${incompleteReason}`}`;
