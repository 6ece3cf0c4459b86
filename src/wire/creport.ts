import {Ajv} from 'ajv';
import type {Operation} from '../model/access.js';
import {lazily} from '../model/lazily.js';
import {WinnowError} from '../model/winnow-error.js';
import type {ProbeEvent} from './probe-event.js';

/** slim's container report, as far as it is used (pkg/report/container_report.go). */
interface ContainerReport {
  readonly monitors: {
    readonly fan: {
      readonly main_process: Process | null;
      readonly processes: Readonly<Record<string, Process>> | null;
      readonly process_files: Readonly<Record<string, Readonly<Record<string, OpenedFile>>>> | null;
    } | null;
    readonly pt: {
      readonly enabled: boolean;
      readonly arch_name: string;
      readonly fs_activity: Readonly<Record<string, NamedPath>> | null;
      readonly syscall_stats: Readonly<Record<string, {readonly name: string}>> | null;
    } | null;
  };
}

interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly path: string;
  readonly cwd: string;
}

/** What fanotify saw: the kernel's own path of the file. */
interface OpenedFile {
  readonly first_eid: number;
  readonly reads: number;
  readonly writes: number;
  readonly execs: number;
}

/** What ptrace saw succeed: the path as it was passed, of all processes together. */
interface NamedPath {
  readonly ops_all: number;
  readonly syscalls: Readonly<Record<string, unknown>> | null;
  readonly pids: Readonly<Record<string, unknown>> | null;
}

export interface CreportContent {
  readonly events: readonly ProbeEvent[];
  /** Why the report can't show disuse; '' where it can. */
  readonly incompleteReason: string;
}

const count = {type: 'integer', minimum: 0, default: 0} as const;
const text = {type: 'string', default: ''} as const;
const orNull = (schema: object): object => ({...schema, type: ['object', 'null'], default: null});
const mapOf = (items: object): object => orNull({additionalProperties: items});
const processSchema = {type: 'object', properties: {pid: count, ppid: count, path: text, cwd: text}};
const schema = {
  type: 'object',
  required: ['monitors'],
  properties: {
    monitors: {
      type: 'object',
      properties: {
        fan: orNull({
          properties: {
            main_process: orNull({properties: processSchema.properties}),
            processes: mapOf(processSchema),
            process_files: mapOf({type: 'object', additionalProperties: {type: 'object', properties: {first_eid: count, reads: count, writes: count, execs: count}}}),
          },
        }),
        pt: orNull({
          properties: {
            enabled: {type: 'boolean', default: false},
            arch_name: text,
            syscall_stats: mapOf({type: 'object', required: ['name'], properties: {name: {type: 'string', pattern: '^[a-z0-9_]*$'}}}),
            fs_activity: mapOf({type: 'object', properties: {ops_all: count, syscalls: mapOf({}), pids: mapOf({})}}),
          },
        }),
      },
    },
  },
};
const reportCheck = lazily(() => new Ajv({useDefaults: true, allowUnionTypes: true}).compile<ContainerReport>(schema));

/** Numbers of calls that open or execute; whatever else slim follows looks at names. */
const numbers: Readonly<Record<'x86' | 'arm', {readonly read: readonly number[]; readonly exec: readonly number[]}>> = {
  x86: {read: [2, 85, 257, 437], exec: [59, 322]},
  arm: {read: [56, 437], exec: [221, 281]},
};

/**
 * slim's creport.json as events. It has no times, and no failed calls. slim counts a path's first access as a check whatever it was,
 * so its counts by kind are not used: the calls tell the kind. Its JSON can't hold names that aren't UTF-8, so these are lost.
 * @throws WinnowError where the text is no such report
 */
export function decodeCreport(json: string): CreportContent {
  const report = parse(json);
  const {fan, pt} = report.monitors;
  if (fan === null && pt === null) {
    throw new WinnowError('the report has neither a "fan" nor a "pt" monitor');
  }
  const accesses = [...openedFiles(fan), ...namedPaths(pt, fan?.main_process ?? null)];
  const lost = accesses.filter(({path}) => path.includes('\ufffd'));
  const processes = Object.values(fan?.processes ?? {});
  return {
    events: [
      ...processes.map(({pid, ppid, path}): ProbeEvent => ({kind: 'process', processId: pid, parentId: ppid, pid, ppid, timeNs: 0n, cause: 'exec', exe: path === '' ? null : path})),
      ...accesses.filter((access) => !lost.includes(access)).flatMap(({path, base, op, times, pid, ppid}, at): ProbeEvent[] => [
        {
          kind: 'access', entryId: at + 1, processId: pid, pid, ppid, timeNs: 0n, call: 'slim', op, errno: 0,
          target: base === undefined ? {by: 'file', path, dev: 0, inode: 0n} : {by: 'name', base, name: path, followLast: true},
        },
        {kind: 'count', entryId: at + 1, count: times, lastNs: 0n},
      ]),
      ...systemCalls(pt),
      ...(lost.length === 0 ? [] : [{kind: 'lost', cpu: 0, reason: 'path', count: lost.reduce((sum, {times}) => sum + times, 0)} as const]),
    ],
    incompleteReason: fan !== null && pt?.enabled === true ? '' : 'slim watched by one of its two monitors only',
  };
}

function parse(json: string): ContainerReport {
  let report: unknown;
  try {
    report = JSON.parse(json);
  } catch (cause) {
    throw new WinnowError(`it is not JSON: ${(cause as Error).message}`, {cause});
  }
  const validate = reportCheck();
  if (!validate(report)) {
    const [problem] = validate.errors ?? [];
    throw new WinnowError(`it is no creport.json of slim: ${problem?.instancePath ?? ''} ${problem?.message ?? ''}`);
  }
  return report;
}

interface Seen {
  readonly path: string;
  /** Absent where the path is the kernel's own; null where a relative name's directory is unknown. */
  readonly base?: string | null;
  readonly op: Operation;
  readonly times: number;
  readonly pid: number;
  readonly ppid: number;
}

/** In the order in which they were first opened. */
function openedFiles(fan: ContainerReport['monitors']['fan']): Seen[] {
  const files = Object.entries(fan?.process_files ?? {}).flatMap(([pid, own]) => Object.entries(own).map(([path, file]) => ({pid: Number(pid), path, ...file})));
  return files.sort((a, b) => a.first_eid - b.first_eid).flatMap(({pid, path, reads, writes, execs}) => {
    const ppid = fan?.processes?.[String(pid)]?.ppid ?? 0;
    const kinds: readonly (readonly [Operation, number])[] = [['exec', execs], ['read', reads], ['write', writes]];
    return kinds.filter(([, times]) => times > 0).map(([op, times]) => ({path, op, times, pid, ppid}));
  });
}

function systemCalls(pt: ContainerReport['monitors']['pt']): ProbeEvent[] {
  const architecture = isArm(pt) ? 'aarch64' : 'x86_64';
  const names = Object.values(pt?.syscall_stats ?? {}).map(({name}) => name);
  return names.filter((name) => name !== '').map((name) => ({kind: 'syscall', architecture, name}));
}

const isArm = (pt: ContainerReport['monitors']['pt']): boolean => /arm|aarch/i.test(pt?.arch_name ?? '');

function namedPaths(pt: ContainerReport['monitors']['pt'], main: Process | null): Seen[] {
  const {read, exec} = isArm(pt) ? numbers.arm : numbers.x86;
  return Object.entries(pt?.fs_activity ?? {}).map(([path, {ops_all: times, syscalls, pids}]) => {
    const calls = Object.keys(syscalls ?? {}).map(Number);
    const op = calls.some((call) => exec.includes(call)) ? 'exec' : calls.some((call) => read.includes(call)) ? 'read' : 'stat';
    const [pid = 0, ...others] = Object.keys(pids ?? {}).map(Number);
    return {path, base: path.startsWith('/') ? null : main?.cwd || null, op, times: Math.max(times, 1), pid: others.length === 0 ? pid : 0, ppid: 0};
  });
}
