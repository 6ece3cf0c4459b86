import type {Decision} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {FileProbability} from '../model/profile.js';
import {holdsContent} from '../train/content.js';

type ContentFile = Pick<FileProbability, 'type' | 'bytes' | 'probability'>;

/** One inode with bytes, under whatever number of names. */
export interface Content<File extends ContentFile = ContentFile> {
  readonly bytes: number;
  /** No name of it stays. */
  readonly isGone: boolean;
  /** Of its removed names the likeliest to be needed; null where all stay. */
  readonly mostNeededRemoved: File | null;
}

/** Contents of an image, each once; the three lists speak of the same paths in the same order. */
export function listContents<File extends ContentFile>({files}: ImageIndex, probabilities: readonly File[], decisions: readonly Decision[]): Content<File>[] {
  const contents = new Map<string, Content<File>>();
  files.forEach(({path, hardLinkGroup}, at) => {
    const probability = probabilities[at];
    if (probability === undefined || !holdsContent(probability)) {
      return;
    }
    const key = hardLinkGroup === null ? path : String(hardLinkGroup); // a path starts with "/", a number does not
    const before = contents.get(key) ?? {bytes: probability.bytes, isGone: true, mostNeededRemoved: null};
    const isRemoved = decisions[at] === 'remove';
    const isLikelier = probability.probability > (before.mostNeededRemoved?.probability ?? -1);
    contents.set(key, {
      ...before,
      isGone: before.isGone && isRemoved,
      mostNeededRemoved: isRemoved && isLikelier ? probability : before.mostNeededRemoved,
    });
  });
  return [...contents.values()];
}

/** Bytes of the contents that stay. */
export function sizeOf(contents: readonly Content[]): number {
  return contents.reduce((sum, {bytes, isGone}) => sum + (isGone ? 0 : bytes), 0);
}
