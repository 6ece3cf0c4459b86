import {readFileSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import type {AccessRow} from '../../src/model/access.js';
import {pathFromText} from '../../src/model/container-path.js';

interface Expectation {
  /** As strace prints it. */
  readonly call: string;
  readonly op: string;
  readonly errno: number;
  readonly path: string;
  readonly encoded: boolean;
}

/** Files behind mounts that the program opens last. */
export const accessesProgram = ['/workloads/accesses', '/proc/1/status', '/etc/hosts', '/mounted/file'] as const;

/** What it takes beside what a container has: to mount, and to open by a handle. */
export const accessesCapabilities = ['SYS_ADMIN', 'DAC_READ_SEARCH'] as const;

function expectations(printed: string): Expectation[] {
  return printed.trim().split('\n').map((line) => JSON.parse(line) as Expectation);
}

/** Whether the program that printed this was allowed all that needs `accessesCapabilities`, on a kernel that knows 32-bit programs. */
export function didEverything(printed: string): boolean {
  const calls = expectations(printed).filter(({errno}) => errno === 0).map(({call}) => call);
  return ['name_to_handle_at', 'open_by_handle_at', 'mount', 'i386 open'].every((name) => calls.includes(name));
}

/** The tracepoints at whose exit the hook looks, by strace's name of the call. */
const hookedCalls = new Set(
  [...readFileSync(new URL('../../kernel/bpftrace/winnow.bt', import.meta.url), 'utf8').matchAll(/^tracepoint:syscalls:sys_exit_(?:new(?=stat|lstat|fstat\b))?(\w+)/gm)].map(([, call]) => call),
);

/** What no call of the program named, or only one to io_uring. */
const unnamed = ['/fixture/loader', '/fixture/submitted', '/fixture/by-worker', '/fixture/into-slot', '/fixture/untold'];

/** What of the printed lines the bpftrace hook shows, by the table of docs/probes.md. */
export function seenByBpftrace(printed: string): string {
  return expectations(printed)
    .filter(({call, path}) => hookedCalls.has(call) && path.length < 199 && !unnamed.includes(path))
    // It does not know that a directory was made the root for one call.
    .map((one) => JSON.stringify(one.call === 'openat2' ? {...one, path: one.path.replace('/fixture/dir', '')} : one))
    .join('\n');
}

/** Holds the rows of a run of the program `accesses` against what it printed: neither may have more than the other. */
export function sameAccesses(t: ExecutionContext, rows: readonly AccessRow[], printed: string): void {
  t.deepEqual(accessesSeen(rows), accessesMade(printed));
  const links = rows.filter(({op, linkTarget}) => op === 'lookup' && linkTarget !== null);
  const followed = ['absolute-link', 'circle', 'cwd-link', 'dangling-link', 'dir-link', 'jail/link', 'other-turn-link', 'relative-link', 'turn-link'];
  t.deepEqual(sorted(links.map(({path}) => path)), followed.map((name) => `/fixture/${name}`));
}

/** What the rows show; but a symlink on the way is a row of its own, which the program does not print. */
export function accessesSeen(rows: readonly AccessRow[]): string[] {
  return sorted(rows.filter(({op, linkTarget}) => op !== 'lookup' || linkTarget === null).map(({op, errno, path}) => `${op} ${errno} ${path}`));
}

/** What the program printed, with its own exec, which it does not print. */
export function accessesMade(printed: string): string[] {
  const made = expectations(printed).map(({op, errno, path, encoded}) => `${op} ${errno} ${pathFromText({text: path, encoded})}`);
  // Before main, the C library of a static program asks for its own name.
  const startup = ['exec 0 /workloads/accesses', 'read 0 /proc/self/exe'];
  return sorted([...made, ...startup]);
}

function sorted(lines: readonly string[]): string[] {
  return [...new Set(lines)].sort();
}
