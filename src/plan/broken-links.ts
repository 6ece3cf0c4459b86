import {ImageTree} from '../image/tree.js';
import {pathToText} from '../model/container-path.js';
import type {FileDecision} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {FileProbability} from '../model/profile.js';
import type {Fixed} from './fixed.js';

/**
 * Removes symlinks that no run touched and that lead to what goes: whoever follows one finds nothing either way. Links that
 * lead nowhere in the image already, say into /proc, stay. The lists speak of the same paths in the same order.
 */
export function removeBrokenLinks(files: readonly FileDecision[], seen: readonly FileProbability[], index: ImageIndex, fixed: readonly Fixed[]): FileDecision[] {
  const removed = new Set(files.flatMap(({path, decision}) => (decision === 'remove' ? [path] : [])));
  const tree = new ImageTree(index);
  return files.map((file, at) => {
    const {observedRuns = 0, observedFlawedRuns = 0} = seen[at] ?? {};
    if (file.type !== 'symlink' || file.decision === 'remove' || observedRuns + observedFlawedRuns > 0 || fixed[at]?.decision === 'keep') {
      return file;
    }
    const target = tree.resolve(file.path).file?.path;
    return target !== undefined && removed.has(target) ? {...file, decision: 'remove', reason: `leads to ${pathToText(target).text}, which goes`} : file;
  });
}
