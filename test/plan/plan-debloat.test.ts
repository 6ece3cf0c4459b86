import test, {type ExecutionContext} from 'ava';
import type {DebloatConfig, Decision, FileDecision, Policy} from '../../src/model/debloat-config.js';
import type {ImageIndex} from '../../src/model/image-index.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../train/make.js';

const index = makeIndex({
  '/dev/null': {type: 'char', bytes: 0},
  '/etc/empty': {bytes: 0},
  '/lib/ld.so': {bytes: 200},
  '/sbin/served': {bytes: 1000, interpreter: '/lib/ld.so'},
  '/usr/bin/perl': {bytes: 3000, hardLinkGroup: 1},
  '/usr/bin/perl5.36': {bytes: 3000, hardLinkGroup: 1},
  '/usr/share/doc/served/copyright': {bytes: 50},
  '/usr/share/link': {linkTarget: 'nowhere'},
  '/usr/share/zoneinfo/Riga': {bytes: 70},
  '/usr/share/zoneinfo/Rome': {bytes: 71},
});

const runs: readonly TestRun[] = [
  {workload: 'a', touches: ['exec /sbin/served', '/usr/share/zoneinfo/Riga']},
  {workload: 'a', touches: ['exec /sbin/served']},
  {workload: 'b', touches: ['exec /sbin/served', '/usr/share/zoneinfo/Riga']},
];

const plan = (own: Partial<Policy> = {}, of: readonly TestRun[] = runs, image: ImageIndex = index): DebloatConfig =>
  planDebloat(trainProfile(makeTouches(of), image), image, {maxRisk: 0.05, keep: [], remove: [], ...own});

const find = ({files}: DebloatConfig, path: string): FileDecision | undefined => files.find((file) => file.path === path);

const decides = test.macro((t: ExecutionContext, path: string, decision: Decision, reason: string | RegExp, own: Partial<Policy> = {}, of: readonly TestRun[] = runs) => {
  const file = find(plan(own, of), path);
  t.is(file?.decision, decision);
  if (typeof reason === 'string') {
    t.is(file?.reason, reason);
  } else {
    t.regex(file?.reason ?? '', reason);
  }
});

test('a file that runs touched stays', decides, '/usr/share/zoneinfo/Riga', 'keep', 'observed in 2 of 3 runs');
test('the loader of a program stays, and says for what', decides, '/lib/ld.so', 'keep', 'needed for /sbin/served in 3 of 3 runs');
test('a directory of a touched file stays', decides, '/usr/share/zoneinfo', 'keep', 'needed for /usr/share/zoneinfo/Riga in 2 of 3 runs');
test('a file that no run touched goes', decides, '/usr/bin/perl', 'remove', /^not observed in 3 runs of 2 workloads; probability 0\.0\d+$/);
test('a symlink stays, wherever it leads', decides, '/usr/share/link', 'keep', 'a symlink has no bytes to save');
test('an empty file stays', decides, '/etc/empty', 'keep', 'an empty file has no bytes to save');
test('a device stays', decides, '/dev/null', 'keep', 'a char device has no bytes to save');
test('a directory that nothing touched stays', decides, '/usr/share/doc', 'keep', 'a directory has no bytes to save');
test('a symlink that no run touched goes with what it leads to', (t) => {
  const image = makeIndex({
    '/bin/awk': {linkTarget: '/etc/alternatives/awk'}, '/bin/gone': {bytes: 10}, '/bin/sh': {linkTarget: 'served'}, '/bin/served': {bytes: 1000},
    '/bin/stdout': {linkTarget: '/proc/self/fd/1'}, '/etc/alternatives/awk': {linkTarget: '/bin/gone'}, '/etc/alternatives/directory': {linkTarget: '/bin'},
  });
  const removed = (own: Partial<Policy>): string[] => plan(own, [{workload: 'a', touches: ['exec /bin/served']}], image).files.filter(({decision}) => decision === 'remove').map(({path}) => path);
  t.deepEqual(removed({}), ['/bin/awk', '/bin/gone', '/etc/alternatives/awk']);
  t.deepEqual(removed({keep: ['/bin/awk']}), ['/bin/gone', '/etc/alternatives/awk']);
  t.deepEqual(removed({keep: ['/bin/gone']}), []);
});
test('what the runtime reads to find a user stays', (t) => {
  const image = makeIndex({'/etc/group': {bytes: 20}, '/etc/passwd': {bytes: 30}, '/etc/shadow': {bytes: 40}, '/sbin/served': {bytes: 1000}});
  const of = (own: Partial<Policy>) => plan(own, [{workload: 'a', touches: ['exec /sbin/served']}], image).files.map(({path, decision, reason}) => `${path} ${decision} ${reason.split(';')[0] ?? ''}`);
  t.deepEqual(of({}).filter((line) => line.startsWith('/etc/')), [
    '/etc/group keep the container runtime looks users up in it',
    '/etc/passwd keep the container runtime looks users up in it',
    '/etc/shadow remove not observed in 1 run of 1 workload',
  ]);
  t.true(of({remove: ['/etc/passwd']}).includes('/etc/passwd remove the policy removes /etc/passwd'));
});
test('a glob keeps what no run touched', decides, '/usr/share/zoneinfo/Rome', 'keep', 'the policy keeps zoneinfo', {keep: ['zoneinfo']});
test('a glob removes what runs touched', decides, '/usr/share/zoneinfo/Riga', 'remove', 'the policy removes /usr/share/zoneinfo', {remove: ['/usr/share/zoneinfo']});
test('keeping goes before removing', decides, '/usr/share/zoneinfo/Riga', 'keep', 'the policy keeps Riga', {keep: ['Riga'], remove: ['/usr']});
test('a directory that holds something kept stays though a glob removes it', decides, '/usr/share', 'keep', 'holds /usr/share/zoneinfo, which is kept', {keep: ['Riga'], remove: ['/usr']});
test('a directory that a glob empties goes', decides, '/usr/share/doc', 'remove', 'the policy removes /usr', {keep: ['Riga'], remove: ['/usr']});

const flawed: TestRun = {workload: 'c', lost: 1, touches: ['/usr/share/zoneinfo/Rome']};
test('one sighting in a run with loss keeps a file', decides, '/usr/share/zoneinfo/Rome', 'keep', 'observed in 1 run that lost records or broke off', {}, [...runs, flawed]);
test('runs with loss alone remove nothing', decides, '/usr/bin/perl', 'keep', 'no complete run without lost records shows that it is not needed', {}, [flawed, {...flawed, lost: 0, complete: false}]);
test('no run at all removes nothing', decides, '/usr/bin/perl', 'keep', 'no complete run without lost records shows that it is not needed', {}, []);

test('totals count regular files, and a hard-linked content once', (t) => {
  const {totals, files} = plan();
  t.like(totals, {files: 8, bytes: 200 + 1000 + 3000 + 50 + 70 + 71, removedFiles: 4, removedBytes: 3000 + 50 + 71});
  const removed = files.filter(({decision}) => decision === 'remove').map(({path, probability}) => ({path, probability}));
  const expected = removed.filter(({path}) => !path.includes('/perl')).reduce((sum, {probability}) => sum + probability, 0)
    + Math.max(...removed.filter(({path}) => path.includes('/perl')).map(({probability}) => probability));
  t.true(expected > 0 && Math.abs(totals.expectedMissesPerRun - expected) < 1e-12);
});

test('a content whose second name stays saves no bytes', (t) => {
  const {totals} = plan({keep: ['perl5.36']});
  t.like(totals, {removedFiles: 3, removedBytes: 50 + 71});
});

test('nothing removed, nothing risked', (t) => {
  t.deepEqual(plan({keep: ['**']}).evidence.risk, {estimate: 0, upper95: 0});
  t.is(plan({keep: ['**']}).evidence.newWorkloadRisk, 0);
});

test('removing untouched files risks what the runs left unseen', (t) => {
  const {evidence} = trainProfile(makeTouches(runs), index);
  t.deepEqual(plan().evidence, evidence);
});

test('removing a file that runs touched adds its probability to the risk', (t) => {
  const [before, after] = [plan(), plan({remove: ['Riga']})];
  const {probability, interval: [, upper]} = trainProfile(makeTouches(runs), index).files.find(({path}) => path === '/usr/share/zoneinfo/Riga')?.touched ?? {probability: 0, interval: [0, 0]};
  t.is(after.evidence.risk.estimate, Math.min(1, before.evidence.risk.estimate + probability));
  t.is(after.evidence.risk.upper95, Math.min(1, before.evidence.risk.upper95 + upper));
  t.true(after.totals.expectedMissesPerRun > before.totals.expectedMissesPerRun + 0.2);
});

test('an image without files plans to nothing', (t) => {
  t.like(plan({}, runs, makeIndex({})), {files: [], totals: {files: 0, bytes: 0, removedFiles: 0, removedBytes: 0, expectedMissesPerRun: 0}});
});
