import {type CostModel, defaultCost} from '../model/cost-model.js';
import type {DebloatConfig, FileDecision, Policy} from '../model/debloat-config.js';
import type {ImageIndex} from '../model/image-index.js';
import type {FileProbability, Profile} from '../model/profile.js';
import {conformalLevel} from '../stats/conformal-risk.js';
import {sumSorted} from '../stats/sum-sorted.js';
import {calibrate} from './calibrate.js';
import {chooseItems} from './choose.js';
import {type Content, listContents, sizeOf} from './contents.js';
import {keepParents, verdictBeforeRule, verdictOfRule} from './decide.js';
import {removeBrokenLinks} from './broken-links.js';
import {keepMs, missMs} from './file-cost.js';
import {fixByPolicy} from './fixed.js';
import type {FileGeneration} from './generations/replay-history.js';
import {generationOf, verdictOfGeneration} from './generations/verdict.js';
import {paretoFront} from './front.js';
import {listItems} from './items.js';
import {calibratedRisk, riskOfRemoval} from './removal-risk.js';

/**
 * Decides for every path of an image whether it stays. Of hard links each name is decided for itself; the bytes go when
 * all names go.
 *
 * @param profile trained on `index`
 * @param levels of runs left out (`runLevels`), by which `policy.maxRisk` bounds the share of runs that miss a file. Null
 * keeps what some run needed, or what cost and budget say, and only estimates the risk of that.
 * @param history where the files stand by recent runs (`replayHistory`); null counts all runs alike
 * @throws WinnowError (usage) for a glob that is none, and for an unknown set of files
 */
export function planDebloat(
  {files: trained, ...rest}: Profile,
  index: ImageIndex,
  policy: Policy,
  levels: readonly number[] | null = null,
  history: readonly (FileGeneration | null)[] | null = null,
): DebloatConfig {
  const profile: Profile = {...rest, files: trained.map(asProfiled)};
  const {budget = null, together = []} = policy;
  const cost = policy.cost ?? defaultCost;
  const rule = {cost: policy.cost ?? null, budget, maxRisk: levels === null ? null : policy.maxRisk};
  const fixed = fixByPolicy(profile.files, {...policy, together});
  const before = profile.files.map((file, at) => verdictBeforeRule(file, fixed[at], profile.evidence) ?? verdictOfGeneration(file, history?.[at], profile.evidence));
  const items = listItems({...rest, files: trained}, index, cost, fixed, before);
  const base = baseOf(listContents(index, profile.files, before.map((verdict) => verdict?.decision ?? 'keep')), items, cost);
  const level = levels === null ? -Infinity : conformalLevel(levels, policy.maxRisk);
  const stays = chooseItems(items, {cost: rule.cost, budget: budget === null ? null : budget - base.bytes, level});
  const ruled = new Map(items.flatMap((item, at) => item.files.map((file) => [file, {item, stays: stays[at] === true}] as const)));
  const decided = keepParents(
    profile.files.map((file, at): FileDecision => {
      const {path, layer, type, bytes, package: packageName, probability, interval} = file;
      const own = ruled.get(at);
      const verdict = own === undefined ? before[at] : verdictOfRule(file, own.item, own.stays, profile.evidence, rule);
      return {path, layer, type, bytes, package: packageName, probability, interval, decision: 'keep', reason: '', ...verdict};
    }),
  );
  const unbroken = removeBrokenLinks(decided, profile.files, index, fixed);
  const files = history === null ? unbroken : unbroken.map((file, at) => ({...file, ...generationOf(file.decision, history[at])}));
  const contents = listContents(index, profile.files, files.map(({decision}) => decision));
  const removed = contents.flatMap(({mostNeededRemoved}) => mostNeededRemoved ?? []);
  const calibration = levels === null ? null : calibrate(items, stays, levels, {cost: rule.cost, budget, level});
  return {
    schema: 'winnow.debloat/1',
    image: profile.image,
    evidence: calibration === null ? riskOfRemoval(profile.evidence, removed) : calibratedRisk(profile.evidence, removed, calibration),
    policy,
    totals: totalsOf(files, contents, cost),
    ...(calibration === null ? {} : {calibration}),
    front: paretoFront(items, cost, base),
    files,
  };
}

/** What is stated is for runs like those profiled: what a plan would miss of a new kind is its risk, which is told beside it. */
function asProfiled(file: FileProbability): FileProbability {
  const {likeProfiled, interval: [low, high]} = file;
  return {...file, probability: likeProfiled, interval: [Math.min(low, likeProfiled), Math.max(high, likeProfiled)]};
}

/** Sums over what is decided. */
export function totalsOf(files: readonly FileDecision[], contents: readonly Content[], cost: CostModel): DebloatConfig['totals'] {
  const regular = files.filter(({type}) => type === 'file');
  const removed = contents.flatMap(({mostNeededRemoved}) => mostNeededRemoved ?? []);
  return {
    files: regular.length,
    bytes: contents.reduce((sum, {bytes}) => sum + bytes, 0),
    removedFiles: regular.filter(({decision}) => decision === 'remove').length,
    removedBytes: contents.reduce((sum, {bytes, isGone}) => sum + (isGone ? bytes : 0), 0),
    expectedMissesPerRun: sumSorted(removed.map(({probability}) => probability)),
    costMs: keepMs(cost, sizeOf(contents)) + missesMs(contents, cost),
  };
}

/** What stays and what is missed whatever is chosen of the items. */
function baseOf(withAllItems: readonly Content[], items: readonly {readonly bytes: number}[], cost: CostModel): {bytes: number; misses: number; missMs: number} {
  const removed = withAllItems.flatMap(({mostNeededRemoved}) => mostNeededRemoved ?? []);
  return {
    bytes: sizeOf(withAllItems) - items.reduce((sum, {bytes}) => sum + bytes, 0),
    misses: sumSorted(removed.map(({probability}) => probability)),
    missMs: missesMs(withAllItems, cost),
  };
}

function missesMs(contents: readonly Content[], cost: CostModel): number {
  return sumSorted(contents.map(({bytes, mostNeededRemoved}) => (mostNeededRemoved === null ? 0 : mostNeededRemoved.probability * missMs(cost, bytes))));
}
