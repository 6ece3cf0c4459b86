import {contentOperations, operations, type Operation} from '../../src/model/access.js';
import type {ImageFile, ImageIndex} from '../../src/model/image-index.js';
import type {RunMetadata} from '../../src/model/run.js';
import type {RunTouches} from '../../src/store/aggregate.js';

export const imageId = `sha256:${'ab'.repeat(32)}`;

/** An index of these paths, their directories added; a path maps to what differs from a plain file of 100 bytes. */
export function makeIndex(entries: Readonly<Record<string, Partial<ImageFile>>>): ImageIndex {
  const directories = Object.keys(entries).flatMap((path) => [...path.matchAll(/(?!^)\//g)].map(({index}) => path.slice(0, index)));
  const all = {...Object.fromEntries(directories.map((path) => [path, {type: 'directory', bytes: 0, mode: 0o755} as const])), ...entries};
  const files = Object.entries<Partial<ImageFile>>(all).map(([path, own]): ImageFile => ({
    path, type: own.linkTarget === undefined ? 'file' : 'symlink', layer: 0, bytes: own.linkTarget === undefined ? 100 : 0, mode: 0o644, uid: 0, gid: 0,
    linkTarget: null, hardLinkGroup: null, package: null, interpreter: null, digest: null, ...own,
  }));
  return {
    image: {name: 'shop:1.4', id: imageId, layers: [`sha256:${'cd'.repeat(32)}`]},
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

export interface TestRun {
  readonly workload?: string;
  readonly complete?: boolean;
  readonly lost?: number;
  /** "/path" is read; "exec /path" names another operation. */
  readonly touches: readonly string[];
}

export function makeMetadata({workload = 'smoke', complete = true, lost = 0}: Omit<TestRun, 'touches'>, number: number): RunMetadata {
  return {
    runId: `20261124T065500Z-${number.toString(16).padStart(8, '0')}`, imageId, imageName: 'shop:1.4', workload,
    startedNs: BigInt(number) * 1_000_000_000n, endedNs: BigInt(number + 1) * 1_000_000_000n,
    complete, incompleteReason: complete ? '' : 'interrupted', lostRecords: lost, capturedRecords: 100, foldedRecords: 0, backend: 'ebpf', exitCode: 0,
  };
}

export function makeTouches(runs: readonly TestRun[]): RunTouches {
  const paths = new Map<string, {ops: number; runs: Set<number>; opened: Set<number>}>();
  runs.forEach(({touches}, run) => {
    for (const touch of touches) {
      const {op, path} = parseTouch(touch);
      const known = paths.get(path) ?? {ops: 0, runs: new Set(), opened: new Set()};
      known.ops |= 1 << operations.indexOf(op);
      known.runs.add(run);
      if (contentOperations.includes(op)) {
        known.opened.add(run);
      }
      paths.set(path, known);
    }
  });
  return {
    runs: runs.map(makeMetadata),
    paths: [...paths.keys()],
    touchedBy: Array.from(paths.values(), (known) => Uint32Array.from(known.runs)),
    openedBy: Array.from(paths.values(), (known) => Uint32Array.from(known.opened)),
    opsOf: Uint8Array.from(paths.values(), ({ops}) => ops),
  };
}

export function parseTouch(touch: string): {readonly op: Operation; readonly path: string} {
  const [, op = 'read', path = ''] = /^(?:(\w+) )?(\/.*)$/su.exec(touch) ?? [];
  return {op: op as Operation, path};
}
