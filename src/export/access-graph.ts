import type {Operation, Origin} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {Profile} from '../model/profile.js';
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

export interface GraphEdge {
  /** Id of a program. */
  readonly from: string;
  /** Id of a file. */
  readonly to: string;
  readonly ops: readonly Operation[];
  readonly accesses: number;
  readonly runs: number;
}

/** Which program used which path: two kinds of node, and edges from the one to the other. A program is also a file where one was read or executed. */
export interface AccessGraph {
  readonly programs: readonly GraphProgram[];
  readonly files: readonly GraphFile[];
  readonly edges: readonly GraphEdge[];
}

export function accessGraph(edges: readonly AccessEdge[], profile: Profile): AccessGraph {
  const known = new Map(profile.files.map((file) => [file.path, file]));
  const programs = new Map<ContainerPath, GraphProgram>();
  const files = new Map<ContainerPath, GraphFile>();
  for (const {exe, path, origin} of edges) {
    if (!programs.has(exe)) {
      programs.set(exe, {id: `p${programs.size}`, path: exe});
    }
    if (!files.has(path)) {
      const file = origin === 'image' ? known.get(path) : undefined;
      files.set(path, {
        id: `f${files.size}`, path, origin, bytes: file?.bytes ?? null, package: file?.package ?? null, probability: file?.probability ?? null,
      });
    }
  }
  return {
    programs: [...programs.values()],
    files: [...files.values()],
    edges: edges.map(({exe, path, ops, accesses, runs}) => ({from: programs.get(exe)?.id ?? '', to: files.get(path)?.id ?? '', ops, accesses, runs})),
  };
}
