import type {ContainerPath} from '../model/container-path.js';

/** What a format makes of what it is given. */
export interface Exported {
  /** In order; text stands for its UTF-8. */
  readonly pieces: Iterable<string | Uint8Array>;
  /** Paths that the format can't say and does without; one that may not do without them throws (docs/export.md, "Names"). */
  readonly leftOut: readonly ContainerPath[];
}

/** A document, indented by a space: readable, and little more than the shortest. */
export const jsonDocument = (document: unknown): Exported => ({pieces: [`${JSON.stringify(document, null, 1)}\n`], leftOut: []});
