import type {ContainerPath} from '../model/container-path.js';
import type {Decision, Policy} from '../model/debloat-config.js';
import type {FileProbability} from '../model/profile.js';
import {compileGlob} from './glob.js';
import {findTogether, knownTogether, type Together} from './together.js';

/** What the policy says of one path before anything is weighed; `decision` null where it leaves it open. */
export interface Fixed {
  readonly decision: Decision | null;
  readonly reason: string;
  readonly together: Together | null;
}

/**
 * Globs that keep go before those that remove; a set of files that belong together is kept where one of them is.
 * @throws WinnowError (usage) for a glob that is none, and for an unknown set
 */
export function fixByPolicy(files: readonly FileProbability[], {keep, remove, together}: Pick<Policy, 'keep' | 'remove'> & {readonly together: readonly string[]}): Fixed[] {
  const kept = firstMatch(keep);
  const removed = firstMatch(remove);
  const asked = together.map(findTogether);
  const sets = [...new Set([...asked, ...knownTogether.filter(({always}) => always)])].map((set) => ({set, members: firstMatch(set.members), without: firstMatch(set.without ?? [])}));
  const fixed = files.map(({path}): Fixed => {
    const set = sets.find(({members, without}) => members(path) !== undefined && without(path) === undefined)?.set ?? null;
    const keepGlob = kept(path);
    const removeGlob = keepGlob === undefined ? removed(path) : undefined;
    const decision = keepGlob !== undefined ? 'keep' : removeGlob !== undefined ? 'remove' : null;
    const reason = decision === null ? '' : `the policy ${decision}s ${keepGlob ?? removeGlob ?? ''}`;
    return {decision, reason, together: set};
  });
  const keptSets = new Set(fixed.flatMap(({decision, together: set}) => (decision === 'keep' && set !== null ? [set] : [])));
  return fixed.map((file) =>
    file.decision === null && file.together !== null && keptSets.has(file.together)
      ? {...file, decision: 'keep', reason: `goes with ${file.together.title}, of which the policy keeps a part`}
      : file,
  );
}

function firstMatch(globs: readonly string[]): (path: ContainerPath) => string | undefined {
  const tests = globs.map((glob) => ({glob, matches: compileGlob(glob)}));
  return (path) => tests.find(({matches}) => matches(path))?.glob;
}
