import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {Ajv2020} from 'ajv/dist/2020.js';
import {defaultCost} from '../../src/model/cost-model.js';
import {debloatDocument} from '../../src/plan/debloat-document.js';
import {ImageTree} from '../../src/image/tree.js';
import {defaultGenerations} from '../../src/plan/generations/generations.js';
import {replayHistory} from '../../src/plan/generations/replay-history.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {profileDocument} from '../../src/train/profile-document.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches, type TestRun} from '../train/make.js';

const index = makeIndex({
  '/etc/ünïcode 100%': {},
  '/lib/ld.so': {package: 'libc6'},
  '/sbin/served': {interpreter: '/lib/ld.so'},
  '/srv/\uDCFF%': {interpreter: '/lib/ld.so'},
  '/usr/link': {linkTarget: '/srv'},
});

type Document = Readonly<Record<string, unknown>> & {readonly files: readonly Readonly<Record<string, unknown>>[]};

async function checked(t: ExecutionContext, name: string, document: object): Promise<Document> {
  const schema = JSON.parse(await readFile(new URL(`../../docs/schema/${name}`, import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({strict: true, allowUnionTypes: true, allErrors: true});
  const parsed = JSON.parse(JSON.stringify(document)) as Document;
  const validate = ajv.compile(schema);
  t.true(validate(parsed), ajv.errorsText(validate.errors));
  t.false(validate({...parsed, schema: 'other/1'}), 'the schema lets anything pass');
  t.false(validate({...parsed, files: [{path: '/x'}]}), 'the schema lets anything pass');
  return parsed;
}

const documents = test.macro(async (t: ExecutionContext, runs: readonly TestRun[]) => {
  const profile = trainProfile(makeTouches(runs), index);
  await checked(t, 'winnow.profile.1.json', profileDocument(profile));
  await checked(t, 'winnow.debloat.1.json', debloatDocument(planDebloat(profile, index, {maxRisk: 0.05, keep: ['a'], remove: ['link']})));
  const touches = makeTouches(runs);
  const history = replayHistory(touches, index, new ImageTree(index), defaultCost, defaultGenerations);
  const recent = {maxRisk: 0.5, keep: [], remove: [], generations: defaultGenerations};
  await checked(t, 'winnow.debloat.1.json', debloatDocument(planDebloat(profile, index, recent, null, history)));
  const policy = {maxRisk: 0.5, keep: [], remove: [], together: ['python'], budget: 5000, cost: defaultCost};
  await checked(t, 'winnow.debloat.1.json', debloatDocument(planDebloat(profile, index, policy, [0.1, 0.2, Infinity])));
});

test('documents of no run follow the schemas', documents, []);
test('documents of several runs follow the schemas', documents, [
  {workload: 'a', touches: ['exec /sbin/served']},
  {workload: 'b', touches: ['/srv/\uDCFF%']},
  {workload: 'b', lost: 9, touches: ['/usr/link']},
]);

test('a path that is not UTF-8 is percent-encoded and marked, and no other', async (t) => {
  const profile = trainProfile(makeTouches([{touches: ['/srv/\uDCFF%']}]), index);
  const {files} = await checked(t, 'winnow.profile.1.json', profileDocument(profile));
  const paths = files.map(({path, pathEncoding, impliedBy, impliedByEncoding}) => ({path, pathEncoding, impliedBy, impliedByEncoding}));
  const plain = {pathEncoding: undefined, impliedBy: null, impliedByEncoding: undefined};
  const implied = {pathEncoding: undefined, impliedBy: '/srv/%FF%25', impliedByEncoding: 'percent'};
  t.deepEqual(paths, [
    {...plain, path: '/etc'},
    {...plain, path: '/etc/ünïcode 100%'},
    {...implied, path: '/lib'},
    {...implied, path: '/lib/ld.so'},
    {...plain, path: '/sbin'},
    {...plain, path: '/sbin/served'},
    {...implied, path: '/srv'},
    {...plain, path: '/srv/%FF%25', pathEncoding: 'percent'},
    {...plain, path: '/usr'},
    {...plain, path: '/usr/link'},
  ]);
  const config = await checked(t, 'winnow.debloat.1.json', debloatDocument(planDebloat(profile, index, {maxRisk: 1, keep: [], remove: []})));
  t.deepEqual(config.files.filter(({pathEncoding}) => pathEncoding === 'percent').map(({path}) => path), ['/srv/%FF%25']);
  t.is(config.files.find(({path}) => path === '/lib/ld.so')?.['reason'], 'needed for /srv/%FF%25 in 1 of 1 run');
});
