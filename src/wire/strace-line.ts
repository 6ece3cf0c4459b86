import os from 'node:os';
import {annotatedPath, decodeArgument, splitArguments} from './strace-args.js';
import type {CompletedCall} from './call-events.js';

/** One line of an strace log by what it says. `tid` null: the line does not tell. */
export interface StraceLine {
  readonly tid: number | null;
  /** As printed: "12:34:56.789", "1700000000.123456", "0.000123"; null without one of -t, -tt, -ttt, -r. */
  readonly time: string | null;
  readonly what: StraceSaying;
}

export type StraceSaying =
  | {readonly kind: 'call'; readonly call: string; readonly text: string}
  /** With attachedTid: strace on a terminal cut the line by a notice, and goes on with a 'continued' one. */
  | {readonly kind: 'unfinished'; readonly call: string; readonly text: string; readonly attachedTid: number | null}
  | {readonly kind: 'continued'; readonly text: string}
  | {readonly kind: 'resumed'; readonly call: string; readonly text: string}
  | {readonly kind: 'exited'}
  | {readonly kind: 'superseded'; readonly byTid: number}
  | {readonly kind: 'attached'; readonly attachedTid: number}
  /** Signals, stack traces, strace's own talk. */
  | {readonly kind: 'nothing'}
  | {readonly kind: 'unreadable'};

const prefix = new RegExp(
  '^ *(?:\\[pid +(?<bracketed>\\d+)(?:<[^>]*>)?\\] +|(?<plain>\\d+)(?:<[^>]*>)? +)?' // -f, -Y
  + '(?<time>\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?|\\d+\\.\\d+)? *(?:\\(\\+ +[\\d.]+\\) +)?' // -t, -tt, -ttt, -r
  + '(?:\\[ *[\\da-f?]+\\] +)*' // -n, -i
);

export function parseStraceLine(line: string): StraceLine {
  const match = prefix.exec(line);
  const tid = match?.groups?.['bracketed'] ?? match?.groups?.['plain'];
  return {
    tid: tid === undefined ? null : Number(tid),
    time: match?.groups?.['time'] ?? null,
    what: parseSaying(line.slice(match?.[0].length ?? 0)),
  };
}

/** The call that `name(text` describes; null where it did not return, 'unreadable' where this is no call. */
export function parseCall(call: string, text: string): Omit<CompletedCall, 'timeNs'> | null | 'unreadable' {
  const split = splitArguments(text);
  const result = split === null ? null : /^ *= (\?|-?\d+|0x[\da-f]+)(?:<([^<>]*(?:<[^<>]*>)?)>(?:\(deleted\))?)?(?: (E[A-Z\d]+))?(?: |$)/.exec(split.rest);
  if (split === null || result?.[1] === undefined) {
    return 'unreadable';
  }
  const errno = result[3] === undefined ? 0 : errnos[result[3]];
  if (result[1] === '?') {
    return null; // ended by exit, or to be restarted: then it is logged again
  }
  return errno === undefined ? 'unreadable' : {
    call,
    args: split.args.map(decodeArgument),
    result: Number(result[1]),
    errno,
    resultPath: result[2] === undefined ? null : annotatedPath(result[2]),
  };
}

const errnos: Readonly<Record<string, number>> = os.constants.errno;

function parseSaying(body: string): StraceSaying {
  const resumed = /^<\.\.\. (\w+) resumed> ?(.*)$/s.exec(body);
  if (resumed !== null) {
    return {kind: 'resumed', call: resumed[1] ?? '', text: resumed[2] ?? ''};
  }
  const unfinished = /^(\w+)\((.*?) ?(?:<(?:unfinished|pid changed to \d+) \.\.\.>|[^\s"]{0,99}strace: Process (\d+) attached)$/s.exec(body);
  if (unfinished !== null) {
    const attachedTid = unfinished[3] === undefined ? null : Number(unfinished[3]);
    return {kind: 'unfinished', call: unfinished[1] ?? '', text: unfinished[2] ?? '', attachedTid};
  }
  const call = /^(\w+)\((.*)$/s.exec(body);
  if (call !== null) {
    return {kind: 'call', call: call[1] ?? '', text: call[2] ?? ''};
  }
  return /^[,)]/.test(body) ? {kind: 'continued', text: body} : parseNotice(body);
}

function parseNotice(body: string): StraceSaying {
  const superseded = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/.exec(body);
  if (superseded !== null) {
    return {kind: 'superseded', byTid: Number(superseded[1])};
  }
  if (/^\+\+\+ (?:exited with|killed by) .*\+\+\+$/.test(body)) {
    return {kind: 'exited'};
  }
  const attached = /^\S*strace: Process (\d+) attached/.exec(body);
  if (attached !== null) {
    return {kind: 'attached', attachedTid: Number(attached[1])};
  }
  return /^(?:$|--- .* ---$|<unfinished \.\.\.>$|\S*strace: |\[ Process PID=\d+ runs in |> |\?\?\?\?\()/.test(body) ? {kind: 'nothing'} : {kind: 'unreadable'};
}
