import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {parseReadiness, type Readiness, readinessText, type ReadinessTarget, waitUntilReady} from '../../src/capture/readiness.js';
import {runSteps} from '../../src/capture/workload.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {WinnowError} from '../../src/model/winnow-error.js';

const parses = test.macro((t: ExecutionContext, text: string, readiness: Readiness) => {
  t.deepEqual(parseReadiness(text), readiness);
  t.deepEqual(parseReadiness(readinessText(readiness) ?? ''), readiness, 'and so does its own text');
});

test('a port', parses, 'tcp:8080', {by: 'tcp', host: null, port: 8080});
test('a port of a host', parses, 'tcp:127.0.0.1:80', {by: 'tcp', host: '127.0.0.1', port: 80});
test('an address behind http:', parses, 'http:http://127.0.0.1/ready', {by: 'http', url: 'http://127.0.0.1/ready'});
test('an address as it is', parses, 'https://127.0.0.1/', {by: 'http', url: 'https://127.0.0.1/'});
test('a line of the log', parses, 'log:ready: (yes|true)', {by: 'log', pattern: /ready: (yes|true)/});
test('the healthcheck', parses, 'healthcheck', {by: 'healthcheck'});
test('a time', parses, '1500ms', {by: 'time', ms: 1500});

const refused = test.macro((t: ExecutionContext, text: string) => {
  const error = t.throws(() => parseReadiness(text), {instanceOf: WinnowError});
  t.is(error.exitCode, ExitCode.usage);
});

for (const text of ['', 'soon', 'tcp:', 'tcp:0', 'tcp:70000', 'http:ftp://x', 'log:(', '12']) {
  test(`"${text}" is refused`, refused, text);
}

test('an interruption before the wait ends it at once, and nothing is begun', async (t) => {
  const signal = AbortSignal.abort(new Error('interrupted'));
  const silent: ReadinessTarget = {
    output: '', onOutput: () => () => undefined, exit: () => new Promise(() => undefined),
    address: () => Promise.resolve(null), listens: () => Promise.resolve(false), health: () => Promise.resolve(null),
  };
  for (const text of ['log:ready', 'tcp:80', '1h']) {
    await t.throwsAsync(waitUntilReady(parseReadiness(text), silent, signal), {message: 'interrupted'});
  }
  const late = new AbortController();
  const target = {id: null, address: () => (late.abort(new Error('interrupted')), Promise.resolve(null)), exec: () => Promise.reject(new Error('no container'))};
  const started = process.hrtime.bigint();
  await t.throwsAsync(runSteps([{kind: 'test', command: 'sleep 100'}], target, late.signal), {message: 'interrupted'});
  t.true(process.hrtime.bigint() - started < 90_000_000_000n);
});
