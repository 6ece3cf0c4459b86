import {type ContainerPath, pathToText} from '../model/container-path.js';
import type {Decision, FileDecision, Policy} from '../model/debloat-config.js';
import {plural} from '../model/plural.js';
import type {Evidence, FileProbability} from '../model/profile.js';
import {holdsContent} from '../train/content.js';
import {compileGlob} from './glob.js';

type Verdict = Pick<FileDecision, 'decision' | 'reason'>;
type Decide = (file: FileProbability) => Verdict;

/**
 * What to do with one path and why, the first rule that speaks: the policy's globs (keep before remove), use in any
 * run, no bytes to save, no clean run to say it is not used, and last that no run used it.
 */
export function makeDecide(evidence: Evidence, policy: Pick<Policy, 'keep' | 'remove'>): Decide {
  const kept = firstMatch(policy.keep);
  const removed = firstMatch(policy.remove);
  return (file) => {
    const keepGlob = kept(file.path);
    if (keepGlob !== undefined) {
      return {decision: 'keep', reason: `the policy keeps ${keepGlob}`};
    }
    const removeGlob = removed(file.path);
    if (removeGlob !== undefined) {
      return {decision: 'remove', reason: `the policy removes ${removeGlob}`};
    }
    if (file.observedRuns + file.observedFlawedRuns > 0) {
      return {decision: 'keep', reason: `${useOf(file)} in ${runsOf(file, evidence)}`};
    }
    if (!holdsContent(file)) {
      return {decision: 'keep', reason: `${nameOf(file)} has no bytes to save`};
    }
    if (evidence.runs === 0) {
      return {decision: 'keep', reason: 'no complete run without lost records shows that it is not needed'};
    }
    const tried = `${plural(evidence.runs, 'run')} of ${plural(evidence.workloads.length, 'workload')}`;
    return {decision: 'remove', reason: `not observed in ${tried}; probability ${Number(file.probability.toPrecision(2))}`};
  };
}

/** Keeps directories that hold something kept, whatever a glob says. Files are in code-unit order of their paths, as an index is. */
export function keepParents(files: readonly FileDecision[]): FileDecision[] {
  const holds = new Map<ContainerPath, ContainerPath>();
  return files
    .toReversed()
    .map((file) => {
      const held = holds.get(file.path);
      const decision: Decision = held === undefined ? file.decision : 'keep';
      if (decision === 'keep') {
        holds.set(file.path.slice(0, file.path.lastIndexOf('/')), file.path);
      }
      return decision === file.decision ? file : {...file, decision, reason: `holds ${pathToText(held ?? '').text}, which is kept`};
    })
    .reverse();
}

function firstMatch(globs: readonly string[]): (path: ContainerPath) => string | undefined {
  const tests = globs.map((glob) => ({glob, matches: compileGlob(glob)}));
  return (path) => tests.find(({matches}) => matches(path))?.glob;
}

function useOf({impliedBy}: FileProbability): string {
  return impliedBy === null ? 'observed' : `needed for ${pathToText(impliedBy).text}`;
}

function runsOf({observedRuns, observedFlawedRuns}: FileProbability, evidence: Evidence): string {
  return observedRuns > 0
    ? `${observedRuns} of ${plural(evidence.runs, 'run')}`
    : `${plural(observedFlawedRuns, 'run')} that lost records or broke off`;
}

function nameOf({type}: FileProbability): string {
  return type === 'file' ? 'an empty file' : type === 'char' || type === 'block' ? `a ${type} device` : `a ${type}`;
}
