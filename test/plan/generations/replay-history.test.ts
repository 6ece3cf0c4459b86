import test from 'ava';
import {ImageTree} from '../../../src/image/tree.js';
import {defaultCost} from '../../../src/model/cost-model.js';
import {defaultGenerations} from '../../../src/plan/generations/generations.js';
import {replayHistory} from '../../../src/plan/generations/replay-history.js';
import {planDebloat} from '../../../src/plan/plan-debloat.js';
import {trainProfile} from '../../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../../train/make.js';

const index = makeIndex({'/bin/always': {bytes: 500_000}, '/bin/before': {bytes: 500_000}, '/bin/now': {bytes: 500_000}, '/bin/never': {bytes: 500_000}, '/bin/link': {linkTarget: 'now'}});
const tree = new ImageTree(index);
const runs: readonly TestRun[] = Array.from({length: 150}, (_, run) => ({workload: run < 40 ? 'old' : 'new', touches: ['/bin/always', run < 40 ? '/bin/before' : '/bin/now']}));

function plan(of: readonly TestRun[], generations = defaultGenerations) {
  const touches = makeTouches(of);
  const history = replayHistory(touches, index, tree, defaultCost, generations);
  const policy = {maxRisk: 0.05, keep: [], remove: [], generations};
  const {files, totals, evidence} = planDebloat(trainProfile(touches, index, tree), index, policy, null, history);
  return {of: (path: string) => files.find((file) => file.path === path), totals, evidence};
}

test('what recent runs no longer need goes, and says so; what they need stays', (t) => {
  const {of, totals, evidence} = plan(runs);
  t.like(of('/bin/before'), {decision: 'remove', generation: 'old'});
  t.regex(of('/bin/before')?.reason ?? '', /^recent runs need it with probability [\d.e-]+, too rarely for its price; observed in 40 of 150 runs$/);
  t.like(of('/bin/always'), {decision: 'keep', generation: 'kept'});
  t.like(of('/bin/now'), {decision: 'keep', generation: 'kept'});
  t.like(of('/bin/never'), {decision: 'remove', generation: 'old'});
  t.is(of('/bin/link')?.generation, undefined, 'only contents have a generation');
  t.is(totals.removedFiles, 2);
  t.true(evidence.risk.estimate > 0.2, 'the risk counts what runs did need');
});

test('soon after a change both are there: what just left is young', (t) => {
  t.like(plan(runs.slice(0, 41)).of('/bin/before'), {decision: 'keep', generation: 'kept'});
  const {of} = plan(runs.slice(0, 80));
  t.like(of('/bin/before'), {decision: 'remove', generation: 'young'});
});

test('runs count in the order of their start, not in that of the store', (t) => {
  const touches = makeTouches(runs);
  const turned = makeTouches(runs.toReversed());
  const restarted = {...turned, runs: turned.runs.map((run, at) => ({...run, startedNs: BigInt(runs.length - at)}))};
  t.deepEqual(replayHistory(restarted, index, tree, defaultCost, defaultGenerations), replayHistory(touches, index, tree, defaultCost, defaultGenerations));
});

test('without runs nothing is known, and nothing goes', (t) => {
  t.is(plan([]).totals.removedFiles, 0);
});
