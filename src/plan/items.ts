import type {CostModel} from '../model/cost-model.js';
import type {ImageIndex} from '../model/image-index.js';
import type {FileProbability, Profile} from '../model/profile.js';
import {sumSorted} from '../stats/sum-sorted.js';
import {holdsContent} from '../train/content.js';
import {missMs} from './file-cost.js';
import type {Verdict} from './decide.js';
import type {Fixed} from './fixed.js';
import {besideTouched, leastPriced} from './swept.js';
import type {Together} from './together.js';

/** Files that stay or go together: the names of one content, or all contents of a `Together`. */
export interface Item {
  /** Indices into the profile's files, ascending. */
  readonly files: readonly number[];
  /** What going saves; 0 where a name that the policy keeps holds the content anyway. */
  readonly bytes: number;
  /** Σ p over contents: how often a run misses one of them once they are gone. */
  readonly expectedMisses: number;
  /** Σ p (c + b s) over contents, milliseconds a run. */
  readonly missMs: number;
  /** The same with each priced by the likelier of two: that runs are as those so far, and that they differ (`leastPriced`). */
  readonly hedgedMissMs: number;
  /** Milliseconds a run that a kept byte saves. */
  readonly worth: number;
  /** Some run needed one of them, or none could have, since it is new. */
  readonly isSeen: boolean;
  readonly together: Together | null;
}

/**
 * What a rule may decide.
 *
 * @param before what is decided already; null for the files that the items are made of
 * @returns in falling order of worth, equal ones in the order of the index: a prefix of them is a plan that no other one
 * beats in both size and cost of misses
 */
export function listItems({files, evidence}: Profile, index: ImageIndex, cost: CostModel, fixed: readonly Fixed[], before: readonly (Verdict | null)[]): Item[] {
  const contentOf = (at: number): string => String(index.files[at]?.hardLinkGroup ?? files[at]?.path); // a path starts with "/", a number does not
  const isSeen = (at: number): boolean => (files[at]?.observedRuns ?? 0) + (files[at]?.observedFlawedRuns ?? 0) > 0;
  const isUntried = (at: number): boolean => files[at]?.sinceRuns === 'new';
  const isBeside = besideTouched(files, isSeen);
  const held = new Set<string>();
  const groups = new Map<string, Map<string, number[]>>();
  files.forEach((file, at) => {
    if (holdsContent(file) && before[at]?.decision === 'keep') {
      held.add(contentOf(at));
    }
    if (holdsContent(file) && before[at] === null) {
      const set = fixed[at]?.together ?? null;
      const key = set === null ? contentOf(at) : `set ${set.name}`;
      const contents = groups.get(key) ?? new Map<string, number[]>();
      groups.set(key, contents);
      contents.set(contentOf(at), [...(contents.get(contentOf(at)) ?? []), at]);
    }
  });
  const items = Array.from(groups.values(), (contents): Item => {
    const names = [...contents.values()].flat().sort((a, b) => a - b);
    const removed = Array.from(contents.values(), (same) => likeliest(same.flatMap((at) => files[at] ?? []), Math.max(...same.map((at) => leastPriced(files[at], isBeside[at] === true, evidence.runs)))));
    const missed = sumSorted(removed.map(({bytes, probability}) => probability * missMs(cost, bytes)));
    const bytes = [...contents].reduce((sum, [content, [at = -1]]) => sum + (held.has(content) ? 0 : (files[at]?.bytes ?? 0)), 0);
    return {
      files: names,
      bytes,
      expectedMisses: sumSorted(removed.map(({probability}) => probability)),
      missMs: missed,
      hedgedMissMs: sumSorted(removed.map(({bytes, probability, least}) => Math.max(probability, least) * missMs(cost, bytes))),
      worth: bytes === 0 ? Infinity : missed / bytes,
      isSeen: names.some((at) => isSeen(at) || isUntried(at)),
      together: fixed[names[0] ?? -1]?.together ?? null,
    };
  });
  return items.sort((a, b) => (a.worth === b.worth ? (a.files[0] ?? 0) - (b.files[0] ?? 0) : b.worth - a.worth));
}

const likeliest = (names: readonly FileProbability[], least: number): {bytes: number; probability: number; least: number} => ({
  least,
  bytes: names[0]?.bytes ?? 0,
  probability: Math.max(0, ...names.map(({likeProfiled}) => likeProfiled)),
});
