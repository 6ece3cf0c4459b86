import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {FirstTouch} from '../store/first-touches.js';

/**
 * Files with content that are worth having before they are asked for, in the order in which runs first opened them: by the median,
 * over the runs that opened a file, of its place among the files of that run.
 *
 * @param runs of each, what it opened, in order
 * @param minProbability that a run of the profiled kinds needs the file, 0 to 1
 */
export function prefetchFiles(runs: readonly (readonly FirstTouch[])[], index: ImageIndex, {files}: Profile, minProbability: number): ImageFile[] {
  const positions = new Map(index.files.map(({path}, at) => [path, at]));
  return usualOrder(runs).flatMap((path) => {
    const at = positions.get(path) ?? -1;
    const file = index.files[at];
    return file?.type === 'file' && file.bytes > 0 && (files[at]?.likeProfiled ?? 0) >= minProbability ? [file] : [];
  });
}

/** A place is a share of the run's files, 0 for the first to 1 for the last, so that long runs and short ones weigh the same. */
function usualOrder(runs: readonly (readonly FirstTouch[])[]): ContainerPath[] {
  const places = new Map<ContainerPath, number[]>();
  for (const opened of runs) {
    opened.forEach(({path}, at) => {
      const own = places.get(path) ?? [];
      own.push(at / Math.max(1, opened.length - 1));
      places.set(path, own);
    });
  }
  return [...places]
    .map(([path, own]) => ({path, place: median(own)}))
    .sort((a, b) => a.place - b.place || (a.path < b.path ? -1 : 1))
    .map(({path}) => path);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const upper = values[values.length >> 1] ?? 0;
  const lower = values[(values.length - 1) >> 1] ?? 0;
  return (lower + upper) / 2;
}
