import type {Operation, Origin} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Profile} from '../model/profile.js';
import type {FileRelation} from '../plan/prefetch/file-relations.js';
import type {AccessEdge} from '../store/access-edges.js';

export interface GraphFile {
  readonly id: string;
  readonly path: ContainerPath;
  readonly origin: Origin;
  /** Null for what is not of the image. */
  readonly bytes: number | null;
  readonly package: string | null;
  /** That the next run needs it; null for what is not of the image. */
  readonly probability: number | null;
}

export interface GraphProgram {
  readonly id: string;
  /** '' where unknown. */
  readonly path: ContainerPath;
}

export const edgeKinds = ['access', 'co-access', 'successor'] as const;
export type EdgeKind = (typeof edgeKinds)[number];

/** What a program did to a file, or how two files have to do with one another (`FileRelation`). */
export type GraphEdge = {
  /** Id of a program for an access, of a file otherwise. */
  readonly from: string;
  /** Id of a file. */
  readonly to: string;
  /** 0 to 1; of an access the share of runs that have it. */
  readonly weight: number;
  readonly runs: number;
} & (
  | {readonly kind: 'access'; readonly ops: readonly Operation[]; readonly accesses: number}
  | {readonly kind: 'co-access'; readonly lift: number}
  | {readonly kind: 'successor'}
);

/** Two kinds of node. A program is also a file where one was read or executed. */
export interface AccessGraph {
  readonly programs: readonly GraphProgram[];
  readonly files: readonly GraphFile[];
  readonly edges: readonly GraphEdge[];
}

/** What the runs of an image show. */
export interface GraphSource {
  /** Runs that `accesses` are of. */
  readonly runs: number;
  readonly accesses: readonly AccessEdge[];
  readonly relations: readonly FileRelation[];
}

export function accessGraph({runs: allRuns, accesses: uses, relations}: GraphSource, profile: Profile): AccessGraph {
  const known = new Map(profile.files.map((file) => [file.path, file]));
  const programs = new Map<ContainerPath, GraphProgram>();
  const files = new Map<ContainerPath, GraphFile>();
  const idOf = (path: ContainerPath, origin: Origin): string => {
    const file = origin === 'image' ? known.get(path) : undefined;
    const node = files.get(path) ?? {
      id: `f${files.size}`, path, origin, bytes: file?.bytes ?? null, package: file?.package ?? null, probability: file?.probability ?? null,
    };
    files.set(path, node);
    return node.id;
  };
  const edges: GraphEdge[] = [];
  for (const {exe, path, origin, ops, accesses, runs} of uses) {
    const program = programs.get(exe) ?? {id: `p${programs.size}`, path: exe};
    programs.set(exe, program);
    edges.push({kind: 'access', from: program.id, to: idOf(path, origin), weight: allRuns === 0 ? 0 : runs / allRuns, runs, ops, accesses});
  }
  for (const {kind, from, to, weight, lift, runs} of relations) {
    const ends = {from: idOf(profile.files[from]?.path ?? '', 'image'), to: idOf(profile.files[to]?.path ?? '', 'image'), weight, runs};
    edges.push(kind === 'co-access' ? {kind, ...ends, lift: lift ?? 1} : {kind, ...ends});
  }
  return {programs: [...programs.values()], files: [...files.values()], edges};
}
