import test from 'ava';
import {ImageTree} from '../../src/image/tree.js';
import type {CostModel} from '../../src/model/cost-model.js';
import type {Policy} from '../../src/model/debloat-config.js';
import {type Explanation, explainFile} from '../../src/plan/explain-file.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../train/make.js';

const index = makeIndex({
  '/etc/ssl/certs/a.pem': {bytes: 500}, '/etc/ssl/certs/b.pem': {bytes: 700},
  '/lib/ld.so': {bytes: 200}, '/sbin/served': {bytes: 1000, interpreter: '/lib/ld.so'}, '/sbin/tool': {bytes: 10, interpreter: '/lib/ld.so'},
  '/usr/bin/perl': {bytes: 3000, hardLinkGroup: 1}, '/usr/bin/perl5.36': {bytes: 3000, hardLinkGroup: 1},
  '/usr/link': {linkTarget: '/sbin'},
});
const runs: readonly TestRun[] = [
  {workload: 'a', touches: ['exec /sbin/served', '/etc/ssl/certs/a.pem']},
  {workload: 'a', touches: ['exec /sbin/served', 'stat /usr/bin/perl']},
  {workload: 'b', touches: ['exec /sbin/tool']},
  {workload: 'c', lost: 3, touches: ['/usr/bin/perl']},
];

function explain(path: string, own: Partial<Policy> = {}): Explanation {
  const touches = makeTouches(runs);
  const tree = new ImageTree(index);
  const profile = trainProfile(touches, index, tree);
  const config = planDebloat(profile, index, {maxRisk: 0.05, keep: [], remove: [], ...own});
  return explainFile(index.files.findIndex((file) => file.path === path), profile, config, touches, index, tree);
}

test('a loader names the programs that pull it in, those of the most runs first', (t) => {
  const {causes, sightings, item} = explain('/lib/ld.so');
  t.deepEqual(causes, [{path: '/sbin/served', runs: 2}, {path: '/sbin/tool', runs: 1}]);
  t.deepEqual(sightings, [{workload: 'a', runs: 2, observed: 2, opened: 2}, {workload: 'b', runs: 1, observed: 1, opened: 1}]);
  t.is(item?.level, null, 'what runs needed is kept before anything is weighed');
});

test('looks and uses are told apart, and runs with loss are no sightings of a workload', (t) => {
  const {sightings, file} = explain('/usr/bin/perl');
  t.deepEqual(sightings, [{workload: 'a', runs: 2, observed: 1, opened: 0}, {workload: 'b', runs: 1, observed: 0, opened: 0}]);
  t.is(file.observedFlawedRuns, 1);
});

test('what a file would be had no run shown it is less than what it is, and equal for one that none did', (t) => {
  const seen = explain('/sbin/served');
  t.true(seen.unseenProbability < seen.file.probability);
  const unseen = explain('/etc/ssl/certs/b.pem');
  t.is(unseen.unseenProbability, unseen.file.probability);
});

test('both sides of the cost and the break-even are those of the formula', (t) => {
  const cost: CostModel = {provisionBytesPerSecond: 1e6, fetchBytesPerSecond: 1e4, missMs: 5, runsPerPull: 10};
  const {cost: own, item, file, decision} = explain('/etc/ssl/certs/b.pem', {cost});
  t.like(own, {keepCostMs: 700 / 1e6 / 10 * 1000, missCostMs: 5 + 70});
  t.is(own.breakEven, own.keepCostMs / own.missCostMs);
  t.is(item?.keepMs, own.keepCostMs);
  t.is(item?.expectedMissMs, file.probability * own.missCostMs);
  t.is(decision.decision, file.probability > own.breakEven ? 'keep' : 'remove');
});

test('what stays together is one item, whose place and size are told', (t) => {
  const {item, decision} = explain('/etc/ssl/certs/b.pem', {together: ['certificates']});
  t.like(item, {together: 'certificates', files: ['/etc/ssl/certs/a.pem', '/etc/ssl/certs/b.pem'], bytes: 1200});
  t.is(decision.decision, 'keep');
  t.deepEqual(explain('/usr/bin/perl5.36').item?.files, ['/usr/bin/perl', '/usr/bin/perl5.36']);
});

test('nothing is weighed where the policy or the lack of bytes decides', (t) => {
  t.is(explain('/usr/link').item, null);
  t.is(explain('/sbin/served', {remove: ['/sbin/served']}).item, null);
  t.throws(() => explain('/absent'), {message: /no file -1/});
});
