import type {ImageTree} from '../../image/tree.js';
import type {ImageFile, ImageIndex} from '../../model/image-index.js';
import type {FirstTouch} from '../../store/first-touches.js';
import {closureOf, groupHardLinks} from '../../train/closure.js';
import {holdsContent} from '../../train/content.js';

/** Contents that a run needs, as indices into the image's files, each once and in the order of first need. */
export type Sequence = Uint32Array;

/**
 * What each run would have had to fetch, starting from nothing: the contents that it opened, each followed by what it
 * implies (loader, interpreter, link targets). Of hard-linked names the first in the index stands for the content.
 */
export function needSequences(touches: readonly (readonly FirstTouch[])[], index: ImageIndex, tree: ImageTree): Sequence[] {
  const hardLinks = groupHardLinks(index.files);
  const positions = new Map(index.files.map((file, at) => [file, at]));
  const positionOf = (file: ImageFile): number => positions.get(hardLinks.get(file.hardLinkGroup)?.[0] ?? file) ?? -1;
  const known = new Map<string, readonly number[]>();
  const needsOf = ({path, ops}: FirstTouch): readonly number[] => {
    const key = `${ops} ${path}`;
    const needs = known.get(key) ?? contentsOf(closureOf(tree, hardLinks, path, ops)).map(positionOf);
    known.set(key, needs);
    return needs;
  };
  return touches.map((run) => Uint32Array.from(new Set(run.flatMap(needsOf))));
}

function contentsOf({file, implied}: {readonly file: ImageFile | null; readonly implied: ReadonlySet<ImageFile>}): ImageFile[] {
  return (file === null ? [...implied] : [file, ...implied]).filter(holdsContent);
}
