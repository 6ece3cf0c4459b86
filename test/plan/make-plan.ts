import fc from 'fast-check';
import type {DebloatConfig, Decision, FileDecision, Policy} from '../../src/model/debloat-config.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import {ImageTree} from '../../src/image/tree.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {runLevels} from '../../src/plan/run-levels.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../train/make.js';

/** A plan of these runs; with `isBounded` the policy's risk is held. */
export function makePlan(runs: readonly TestRun[], index: ImageIndex, own: Partial<Policy> = {}, isBounded = false): DebloatConfig {
  const policy = {maxRisk: 0.05, keep: [], remove: [], ...own};
  const touches = makeTouches(runs);
  return planDebloat(trainProfile(touches, index), index, policy, isBounded ? runLevels(touches, index, new ImageTree(index), policy) : null);
}

/** What a plan decided, by path. */
export const decided = ({files}: DebloatConfig): Map<string, Decision> => new Map(files.map(({path, decision}) => [path, decision]));

export const find = ({files}: DebloatConfig, path: string): FileDecision | undefined => files.find((file) => file.path === path);
export const keptOf = ({files}: DebloatConfig): string[] => files.filter(({type, decision}) => type === 'file' && decision === 'keep').map(({path}) => path);

const paths = Array.from({length: 24}, (_, at) => `/d${at % 4}/f${at}.${at % 3 === 0 ? 'so' : 'py'}`);

/** Small images and runs of them, empty and single ones too. */
export const caseArbitrary: fc.Arbitrary<{readonly index: ImageIndex; readonly runs: readonly TestRun[]}> = fc.record({
  index: fc.uniqueArray(fc.constantFrom(...paths), {maxLength: 24}).chain((own) =>
    fc.array(fc.integer({min: 0, max: 2_000_000}), {minLength: own.length, maxLength: own.length}).map((sizes) => makeIndex(Object.fromEntries(own.map((path, at) => [path, {bytes: sizes[at] ?? 0}])))),
  ),
  runs: fc.array(fc.record({workload: fc.constantFrom('a', 'b', 'c'), lost: fc.constantFrom(0, 0, 0, 1), touches: fc.uniqueArray(fc.constantFrom(...paths), {maxLength: 8})}), {maxLength: 12}),
});
