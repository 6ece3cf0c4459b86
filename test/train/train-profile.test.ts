import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {FileProbability, Profile} from '../../src/model/profile.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from './make.js';

const shop = makeIndex({
  '/bin': {linkTarget: 'usr/bin'},
  '/etc/shop.conf': {},
  '/lib64/ld.so': {linkTarget: '../usr/lib/ld-2.36.so'},
  '/usr/bin/perl': {bytes: 3_000_000, hardLinkGroup: 1, interpreter: '/lib64/ld.so'},
  '/usr/bin/perl5.36': {bytes: 3_000_000, hardLinkGroup: 1, interpreter: '/lib64/ld.so'},
  '/usr/bin/python3': {linkTarget: 'python3.11'},
  '/usr/bin/python3.11': {bytes: 6_000_000, interpreter: '/lib64/ld.so'},
  '/usr/bin/shop': {interpreter: '/usr/bin/env'},
  '/usr/bin/env': {interpreter: '/lib64/ld.so'},
  '/usr/lib/ld-2.36.so': {},
  '/usr/share/doc/perl/copyright': {},
});

const find = ({files}: Profile, path: string): FileProbability => {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new Error(`${path} is not in the profile`);
  }
  return file;
};

const train = (...runs: TestRun[]): Profile => trainProfile(makeTouches(runs), shop);

/** One run that touches `touch` needs exactly `needed`, with what implied it. */
const needs = test.macro((t: ExecutionContext, touch: string, needed: Readonly<Record<string, string | null>>) => {
  const {files} = train({touches: [touch]});
  t.deepEqual(Object.fromEntries(files.filter(({observedRuns}) => observedRuns > 0).map(({path, impliedBy}) => [path, impliedBy])), needed);
});

test('a touched file needs the directories that hold it', needs, '/usr/share/doc/perl/copyright', {
  '/usr': '/usr/share/doc/perl/copyright',
  '/usr/share': '/usr/share/doc/perl/copyright',
  '/usr/share/doc': '/usr/share/doc/perl/copyright',
  '/usr/share/doc/perl': '/usr/share/doc/perl/copyright',
  '/usr/share/doc/perl/copyright': null,
});

test('a program needs its dynamic loader, which no system call shows, and the links to it', needs, 'exec /usr/bin/python3.11', {
  '/lib64': '/usr/bin/python3.11',
  '/lib64/ld.so': '/usr/bin/python3.11',
  '/usr': '/usr/bin/python3.11',
  '/usr/bin': '/usr/bin/python3.11',
  '/usr/bin/python3.11': null,
  '/usr/lib': '/usr/bin/python3.11',
  '/usr/lib/ld-2.36.so': '/usr/bin/python3.11',
});

test('a script needs its interpreter and the loader of that', needs, '/usr/bin/shop', {
  '/lib64': '/usr/bin/shop',
  '/lib64/ld.so': '/usr/bin/shop',
  '/usr': '/usr/bin/shop',
  '/usr/bin': '/usr/bin/shop',
  '/usr/bin/env': '/usr/bin/shop',
  '/usr/bin/shop': null,
  '/usr/lib': '/usr/bin/shop',
  '/usr/lib/ld-2.36.so': '/usr/bin/shop',
});

test('a file that was only looked at needs no interpreter, and the other names of its content stay', needs, 'stat /usr/bin/perl', {
  '/usr': '/usr/bin/perl',
  '/usr/bin': '/usr/bin/perl',
  '/usr/bin/perl': null,
  '/usr/bin/perl5.36': '/usr/bin/perl',
});

test('a file that was only looked at is touched, and its content is not needed', (t) => {
  const {probability, touched, observedRuns, openedRuns} = find(train({touches: ['stat /etc/shop.conf', '/usr/bin/env']}, {touches: ['list /etc/shop.conf']}), '/etc/shop.conf');
  t.deepEqual([observedRuns, openedRuns], [2, 0]);
  t.true(probability < 0.2 && touched.probability > 0.5);
});

test('a run that only looks at a program needs no loader, though another run executes it', (t) => {
  const profile = train({touches: ['exec /usr/bin/env']}, {touches: ['stat /usr/bin/env']});
  t.is(find(profile, '/usr/bin/env').observedRuns, 2);
  t.is(find(profile, '/usr/lib/ld-2.36.so').observedRuns, 1);
});

test('a touched symlink needs its target', needs, 'stat /usr/bin/python3', {
  '/usr': '/usr/bin/python3',
  '/usr/bin': '/usr/bin/python3',
  '/usr/bin/python3': null,
  '/usr/bin/python3.11': '/usr/bin/python3',
});

test('a path of an unresolved log is resolved, and the links on its way are needed', needs, 'stat /bin/env', {
  '/bin': '/bin/env',
  '/usr': '/usr/bin/env',
  '/usr/bin': '/usr/bin/env',
  '/usr/bin/env': null,
});

test('a path that the image does not have is passed over', needs, '/tmp/made-by-the-run', {});

test('scripts that name each other as interpreters end', (t) => {
  const index = makeIndex({'/a': {interpreter: '/b'}, '/b': {interpreter: '/a'}});
  const {files} = trainProfile(makeTouches([{touches: ['exec /a']}]), index);
  t.deepEqual(files.map(({observedRuns}) => observedRuns), [1, 1]);
});

test('a run counts once for a file, however many of its touches imply it', (t) => {
  const profile = train({touches: ['/usr/bin/env', '/usr/bin/python3', '/usr/bin/perl']}, {touches: []});
  t.is(find(profile, '/usr/lib/ld-2.36.so').observedRuns, 1);
  t.is(find(profile, '/usr').observedRuns, 1);
});

test('a flawed run turns "not needed" into "needed" and adds no trial', (t) => {
  const clean: TestRun[] = [{touches: ['/usr/bin/env']}, {touches: ['/usr/bin/env']}];
  const before = train(...clean);
  for (const flaw of [{lost: 1}, {complete: false}]) {
    const after = train(...clean, {...flaw, workload: 'cut', touches: ['/etc/shop.conf']});
    t.is(after.evidence.runs, 2);
    t.is(after.evidence.flawedRuns, 1);
    t.deepEqual(after.evidence.workloads, ['smoke']);
    t.deepEqual(after.evidence.risk, before.evidence.risk);
    t.deepEqual(after.discovery, before.discovery);
    const file = find(after, '/etc/shop.conf');
    t.is(file.observedRuns, 0);
    t.is(file.observedFlawedRuns, 1);
    t.deepEqual(file.observedWorkloads, ['cut']);
    t.true(file.probability > find(before, '/etc/shop.conf').probability);
    // What a flawed run did not show is no less likely for that.
    for (const path of ['/usr/bin/perl', '/usr/bin/env']) {
      t.is(find(after, path).observedRuns, find(before, path).observedRuns);
      t.true(find(after, path).probability >= find(before, path).probability);
    }
  }
});

test('lost records are added up', (t) => {
  t.is(train({lost: 3, touches: []}, {lost: 4, touches: []}).evidence.lostRecords, 7);
});

test('without runs everything is possible and nothing is known', (t) => {
  const {evidence, files, discovery} = train();
  t.deepEqual(evidence, {runs: 0, distinctRuns: 0, workloads: [], designEffect: null, effectiveRuns: 0, flawedRuns: 0, lostRecords: 0, coverage: 0, risk: {estimate: 1, upper95: 1}, newWorkloadRisk: null});
  t.true(files.every(({probability, interval: [low, high]}) => probability > 0 && low <= probability && high > 0.3));
  t.deepEqual(discovery, [{runs: 0, files: 0}]);
});

test('an image without files trains to an empty profile', (t) => {
  t.deepEqual(trainProfile(makeTouches([{touches: ['/x']}]), makeIndex({})).files, []);
});

test('repeating a run unchanged moves neither risk nor coverage', (t) => {
  const runs: TestRun[] = [
    {workload: 'a', touches: ['/usr/bin/env']},
    {workload: 'b', touches: ['/usr/bin/env', '/usr/bin/perl']},
    {workload: 'c', touches: ['/usr/bin/env']},
  ];
  const once = train(...runs).evidence;
  const often = train(...runs, ...runs, ...runs).evidence;
  t.deepEqual({...often, runs: 3, designEffect: null}, once);
  t.is(often.designEffect, 3);
  t.is(often.runs, 9);
  t.is(once.risk.estimate, 1 / 3);
  t.is(once.newWorkloadRisk, 1 / 3);
});

test('links, directories and empty files carry no risk: losing them is not possible', (t) => {
  const index = makeIndex({'/a': {}, '/empty': {bytes: 0}, '/link': {linkTarget: 'a'}, '/var/spool': {type: 'directory', bytes: 0}});
  const {evidence} = trainProfile(makeTouches([{workload: 'a', touches: ['/a']}, {workload: 'b', touches: ['/a', '/empty', '/link', 'list /var/spool']}]), index);
  t.is(evidence.risk.estimate, 0);
});

test('the discovery curve counts files that hold content, and looks one run ahead', (t) => {
  const {discovery} = train({touches: ['stat /usr/bin/env']}, {touches: ['stat /usr/bin/env', '/etc/shop.conf']});
  t.deepEqual(discovery, [{runs: 0, files: 0}, {runs: 1, files: 1.5}, {runs: 2, files: 2}, {runs: 3, files: 2.5}]);
});

test('the discovery curve of many runs is thinned, but keeps its end', (t) => {
  const {discovery} = train(...Array.from({length: 1000}, (): TestRun => ({touches: ['/etc/shop.conf']})));
  t.true(discovery.length <= 202);
  t.deepEqual(discovery.slice(-2).map(({runs}) => runs), [1000, 1001]);
});

const names = ['/usr/bin/env', '/usr/bin/perl', '/usr/bin/python3', '/usr/bin/shop', '/etc/shop.conf', '/usr/share/doc/perl/copyright', '/bin/python3.11'];
const anyRun = fc.record({
  workload: fc.constantFrom('a', 'b', 'c'),
  lost: fc.constantFrom(0, 0, 0, 2),
  touches: fc.uniqueArray(fc.constantFrom(...names, ...names.map((name) => `stat ${name}`))),
});
const anyRuns = fc.array(anyRun, {maxLength: 12});

test('the order of runs and of touches changes no bit of the profile', (t) => {
  fc.assert(
    fc.property(anyRuns, fc.infiniteStream(fc.nat(1000)), (runs, keys) => {
      const shuffled = runs.map((run) => ({run: {...run, touches: run.touches.toReversed()}, key: keys.next().value as number})).sort((a, b) => a.key - b.key);
      t.deepEqual(train(...shuffled.map(({run}) => run)), train(...runs));
    }),
    {seed: 8, numRuns: 60},
  );
});

test('renaming files and workloads changes no number', (t) => {
  const plain = makeIndex({'/a/x': {}, '/a/y': {}, '/a/z': {}});
  const renamed = makeIndex({'/q/z': {}, '/q/y': {}, '/q/x': {}});
  const rename = (path: string): string => ({'/a/x': '/q/z', '/a/y': '/q/y', '/a/z': '/q/x'})[path] ?? path;
  const run = fc.record({workload: fc.constantFrom('a', 'b', 'c'), touches: fc.uniqueArray(fc.constantFrom('/a/x', '/a/y', '/a/z'))});
  fc.assert(
    fc.property(fc.array(run, {maxLength: 20}), (runs) => {
      const profile = trainProfile(makeTouches(runs), plain);
      const other = trainProfile(makeTouches(runs.map(({workload, touches}) => ({workload: `${'zyx'['abc'.indexOf(workload)] ?? ''}-test`, touches: touches.map(rename)}))), renamed);
      t.deepEqual({...other.evidence, workloads: []}, {...profile.evidence, workloads: []});
      t.deepEqual(other.discovery, profile.discovery);
      for (const path of ['/a/x', '/a/y', '/a/z']) {
        const {probability, interval, observedRuns} = find(profile, path);
        const same = find(other, rename(path));
        t.deepEqual([same.probability, same.interval, same.observedRuns], [probability, interval, observedRuns]);
      }
    }),
    {seed: 9, numRuns: 60},
  );
});

test('every number is a number, and every probability is one, for any runs', (t) => {
  fc.assert(
    fc.property(anyRuns, (runs) => {
      const {evidence, files, discovery} = train(...runs);
      const probabilities = [
        evidence.coverage, evidence.risk.estimate, evidence.risk.upper95, evidence.newWorkloadRisk ?? 0,
        ...files.flatMap(({probability, interval}) => [probability, ...interval]),
      ];
      return evidence.risk.estimate <= evidence.risk.upper95
        && probabilities.every((value) => value >= 0 && value <= 1)
        && discovery.every(({files: known}) => known >= 0 && Number.isFinite(known));
    }),
    {seed: 10, numRuns: 150},
  );
  t.pass();
});

test('one more sighting, in a clean or a flawed run, never lowers a file\'s probability', (t) => {
  fc.assert(
    fc.property(anyRuns.filter((runs) => runs.length > 0), fc.nat(100), fc.constantFrom(...names), (runs, at, path) => {
      const chosen = at % runs.length;
      const more = runs.map((run, index) => (index === chosen ? {...run, touches: [...run.touches, path]} : run));
      const resolved = path.replace(/^\/bin/, '/usr/bin');
      const before = find(train(...runs), resolved).probability;
      const after = find(train(...more), resolved).probability;
      return after >= before * (1 - 1e-6);
    }),
    {seed: 11, numRuns: 150},
  );
  t.pass();
});
