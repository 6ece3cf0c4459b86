import {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import {truncated} from './call-events.js';

/** What BPFTRACE_STRLEN must be: the longest that bpftrace 0.17 takes, as strings lie on the 512-byte BPF stack. */
export const bpftraceStringBytes = 200;

export type RecordedPath = ContainerPath | typeof truncated;

/** One printf of kernel/bpftrace/winnow.bt. Times are nanoseconds since boot. */
export type BpftraceRecord = {readonly timeNs: bigint; readonly cpu: number} & (
  | {readonly kind: 'beat'}
  | {readonly kind: 'scope'; readonly pid: number; readonly tid: number; readonly cgroupId: bigint; readonly mountNamespace: number; readonly rootDev: number; readonly cwdInRootMount: boolean}
  | {readonly kind: 'cwd'; readonly tid: number; readonly name: RecordedPath}
  | {readonly kind: 'exec'; readonly pid: number; readonly tid: number; readonly oldTid: number; readonly is32Bit: boolean; readonly path: RecordedPath}
  | {readonly kind: 'fork'; readonly pid: number; readonly tid: number; readonly childTid: number; readonly cloneFlags: number; readonly followed: boolean}
  | {readonly kind: 'exit'; readonly pid: number; readonly tid: number}
  | RecordedCall
);

export interface RecordedCall {
  readonly kind: 'call';
  readonly call: string;
  readonly pid: number;
  readonly tid: number;
  /** As the kernel returns it: a negative errno where the call failed. */
  readonly result: number;
  /** False where the arguments were not kept, and mean nothing. */
  readonly stored: boolean;
  readonly descriptor: number;
  readonly flags: number;
  readonly extra: number;
  /** null for calls on descriptors only. */
  readonly path: RecordedPath | null;
}

export type BpftraceLine =
  | {readonly kind: 'record'; readonly record: BpftraceRecord}
  | {readonly kind: 'lost'; readonly count: number}
  /** bpftrace's own talk. */
  | {readonly kind: 'nothing'}
  | {readonly kind: 'unreadable'};

/** @param line one line of `bpftrace -f json`, a character per byte (latin1). */
export function parseBpftraceLine(line: string): BpftraceLine {
  const [, type, data] = /^\{"type": "(\w+)", "data": (.*)\}$/s.exec(line) ?? [];
  switch (type) {
    case 'printf': {
      const record = parseRecord(unescape(/^"(.*)\\n"$/s.exec(data ?? '')?.[1] ?? ''));
      return record === null ? {kind: 'unreadable'} : {kind: 'record', record};
    }
    case 'lost_events': {
      const count = /"events": (\d+)/.exec(data ?? '')?.[1];
      return count === undefined ? {kind: 'unreadable'} : {kind: 'lost', count: Number(count)};
    }
    case undefined:
      return line === '' ? {kind: 'nothing'} : {kind: 'unreadable'};
    default:
      return {kind: 'nothing'};
  }
}

const number = '(-?\\d+)';
const path = '(.*)';
const calledTracepoint = 'tracepoint:syscalls:sys_exit_(\\w+)';
const form = (kind: string, ...fields: readonly string[]): RegExp => new RegExp(`^${[kind, number, number, ...fields].join(' ')}$`, 's');
const forms = {
  beat: form('beat'),
  scope: form('scope', number, number, number, number, number, number),
  cwd: form('cwd', number, path),
  exec: form('exec', number, number, number, number, path),
  fork: form('fork', number, number, number, number, number),
  exit: form('exit', number, number),
  call: form('call', calledTracepoint, number, number, number, number, number, number, `${number}(?: ${path})?`),
} as const;

function parseRecord(text: string): BpftraceRecord | null {
  const kind = text.slice(0, text.indexOf(' '));
  const fields = isKind(kind) ? forms[kind].exec(text) : null;
  if (!isKind(kind) || fields === null) {
    return null;
  }
  const at = (index: number): number => Number(fields[index]);
  const pathAt = (index: number): RecordedPath => decodePath(fields[index] ?? '');
  const head = {timeNs: BigInt(fields[1] ?? 0), cpu: at(2)};
  switch (kind) {
    case 'beat':
      return {kind, ...head};
    case 'scope':
      return {
        kind, ...head, pid: at(3), tid: at(4), cgroupId: BigInt(fields[5] ?? 0), mountNamespace: at(6), rootDev: at(7), cwdInRootMount: at(8) === 1,
      };
    case 'cwd':
      return {kind, ...head, tid: at(3), name: pathAt(4)};
    case 'exec':
      return {kind, ...head, pid: at(3), tid: at(4), oldTid: at(5), is32Bit: at(6) === 1, path: pathAt(7)};
    case 'fork':
      return {kind, ...head, pid: at(3), tid: at(4), childTid: at(5), cloneFlags: Number(BigInt.asUintN(32, BigInt(fields[6] ?? 0))), followed: at(7) === 1};
    case 'exit':
      return {kind, ...head, pid: at(3), tid: at(4)};
    case 'call':
      return {
        kind, ...head, call: callName(fields[3] ?? ''), pid: at(4), tid: at(5), result: at(6), stored: at(7) === 1,
        descriptor: at(8) | 0, flags: at(9), extra: at(10), path: fields[11] === undefined ? null : pathAt(11),
      };
  }
}

function isKind(text: string): text is keyof typeof forms {
  return Object.hasOwn(forms, text);
}

/** Tracepoints have the names of the kernel's functions, which differ from strace's here. */
function callName(tracepoint: string): string {
  return {newstat: 'stat', newlstat: 'lstat', newfstat: 'fstat'}[tracepoint] ?? tracepoint;
}

function decodePath(bytes: string): RecordedPath {
  return bytes.length >= bpftraceStringBytes - 1 ? truncated : pathFromBytes(Buffer.from(bytes, 'latin1'));
}

/**
 * bpftrace's JSON text as bytes. Up to 0.17 it writes a byte above 0x7f as \uffffffNN, a signed char widened, which no
 * JSON reader understands; backslashes of a path are doubled, so the two can't be confused.
 */
function unescape(text: string): string {
  const letters: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};
  return text.replaceAll(/\\(?:u(?:ffffff|00)([\da-f]{2})|(.))/gs, (_, hex?: string, char = '') =>
    hex === undefined ? letters[char as string] ?? (char as string) : String.fromCharCode(Number.parseInt(hex, 16)));
}
