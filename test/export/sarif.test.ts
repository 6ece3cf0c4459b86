import test, {type ExecutionContext} from 'ava';
import {Ajv} from 'ajv';
import formats from 'ajv-formats';
import type {Log} from 'sarif';
import type {CheckResult} from '../../src/export/check-result.js';
import {githubAnnotations, githubSummary} from '../../src/export/github.js';
import {sarifLog} from '../../src/export/sarif.js';
import {sarifSchema} from './sarif-schema.js';

const failed: CheckResult = {
  image: {name: 'shop|<b>:1.4', id: 'sha256:ab'},
  passed: false,
  checks: [
    {name: 'max-size', passed: false, value: 3, limit: 2, message: '100 % too large,\nreally: see'},
    {name: 'max-risk', passed: true, value: 0.1, limit: 0.2, message: 'All is well.'},
    {name: 'max-new-misses', passed: false, value: 2, limit: 0, message: 'Runs needed 2 paths.'},
  ],
  newMisses: ['/srv/a`b', '/srv/caf\udce9'],
};

function checked(t: ExecutionContext, log: Log): Log {
  const ajv = new Ajv({allErrors: true});
  formats.default(ajv);
  const validate = ajv.compile(sarifSchema);
  t.true(validate(JSON.parse(JSON.stringify(log))), ajv.errorsText(validate.errors));
  t.false(validate({...log, version: '2.0.0'}), 'the schema lets anything pass');
  return log;
}

test('SARIF has a result for each limit that was exceeded, and one for each new miss', (t) => {
  const {runs: [run]} = checked(t, sarifLog(failed, 'build dir/Dockerfile', '0.1.0'));
  t.deepEqual(run?.results?.map(({ruleId, message}) => [ruleId, message.text]), [
    ['max-size', '100 % too large,\nreally: see'],
    ['max-new-misses', 'Runs needed 2 paths.'],
    ['max-new-misses', 'A run needed /srv/a`b, which the plan removes.'],
    ['max-new-misses', 'A run needed /srv/caf%E9, which the plan removes.'],
  ]);
  t.true(run?.results?.every(({ruleId, ruleIndex = -1}) => run.tool.driver.rules?.[ruleIndex]?.id === ruleId));
  t.is(run?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri, 'build%20dir/Dockerfile');
  t.is(new Set(run?.results?.map(({partialFingerprints}) => partialFingerprints?.['winnow/1'])).size, 4);
});

test('SARIF of what passed has no results, so that alerts close', (t) => {
  const {runs: [run]} = checked(t, sarifLog({...failed, passed: true, checks: [], newMisses: []}, 'Dockerfile', '0.1.0'));
  t.deepEqual(run?.results, []);
});

test('annotations are workflow commands that nothing in a message can end', (t) => {
  t.deepEqual(githubAnnotations(failed, 'a,b:c/Dockerfile'), [
    '::error file=a%2Cb%3Ac/Dockerfile,title=Image too large::100 %25 too large,%0Areally: see',
    '::error file=a%2Cb%3Ac/Dockerfile,title=Runs need what the plan removes::Runs needed 2 paths.',
  ]);
});

test('the summary is a table in which no name is markup', (t) => {
  const summary = githubSummary(failed);
  t.true(summary.startsWith('### ❌ winnow check <code>shop&#124;&#60;b&#62;:1.4</code>\n'));
  t.true(summary.includes('| ✅ | max-risk | All is well. |'));
  t.true(summary.includes('| ❌ | max-size | 100 % too large, really: see |'));
  t.true(summary.includes('- <code>/srv/a&#96;b</code>'));
});
