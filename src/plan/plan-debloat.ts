import type {DebloatConfig, FileDecision, Policy} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import {sumSorted} from '../stats/sum-sorted.js';
import {makeDecide, keepParents} from './decide.js';
import {listContents} from './contents.js';
import {riskOfRemoval} from './removal-risk.js';

/**
 * Decides for every path of an image whether it stays. Of hard links each name is decided for itself; the bytes go when
 * all names go.
 *
 * @param profile trained on `index`
 * @throws WinnowError (usage) for a glob that is none
 */
export function planDebloat(profile: Profile, index: ImageIndex, policy: Policy): DebloatConfig {
  const decide = makeDecide(profile.evidence, policy);
  const files = keepParents(
    profile.files.map((file): FileDecision => {
      const {path, layer, type, bytes, package: packageName, probability, interval} = file;
      return {path, layer, type, bytes, package: packageName, probability, interval, ...decide(file)};
    }),
  );
  const contents = listContents(index, profile.files, files);
  const regular = files.filter(({type}) => type === 'file');
  const removed = contents.flatMap(({mostNeededRemoved}) => mostNeededRemoved ?? []);
  return {
    schema: 'winnow.debloat/1',
    image: profile.image,
    evidence: riskOfRemoval(profile.evidence, removed),
    policy,
    totals: {
      files: regular.length,
      bytes: contents.reduce((sum, {bytes}) => sum + bytes, 0),
      removedFiles: regular.filter(({decision}) => decision === 'remove').length,
      removedBytes: contents.reduce((sum, {bytes, isGone}) => sum + (isGone ? bytes : 0), 0),
      expectedMissesPerRun: sumSorted(removed.map(({probability}) => probability)),
    },
    files,
  };
}
