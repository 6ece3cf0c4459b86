import type {Buffer} from 'node:buffer';

/**
 * What becomes of an entry of a layer: it stays in the debloated layer, goes to the remainder's layer, or, where an engine
 * would not take a layer with it but without what stays (a hard link to a kept file), goes to the remainder's recipe.
 */
export type Fate = 'keep' | 'remove' | 'inline';

/** An entry of another layer, which stands here, too. */
export interface EntryCopy {
  readonly diffId: string;
  readonly start: number;
  readonly end: number;
}

export interface LayerSplit {
  /** In the order of the layer's entries. */
  readonly fates: readonly Fate[];
  /** Files that stay with other content, by the number of their entry. */
  readonly replaced: ReadonlyMap<number, Buffer>;
  /** Tar entries that the debloated layer has at its end and the original has not: directories that nothing named before, and whiteouts. */
  readonly added: readonly (Buffer | EntryCopy)[];
  /** False where the layer stays as it is. */
  readonly isChanged: boolean;
}
