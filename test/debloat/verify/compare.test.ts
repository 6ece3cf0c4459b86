import test, {type ExecutionContext} from 'ava';
import type {StepAnswer} from '../../../src/capture/workload.js';
import {differences} from '../../../src/debloat/verify/compare.js';
import type {Observation} from '../../../src/debloat/verify/observation.js';

const run = (part: Partial<Observation> = {}): Observation => ({exitCode: 0, failure: null, answers: [], missed: new Set(), links: new Set(), listed: new Set(), lostRecords: 0, ...part});
const http = (status: number | null, bodyDigest: string | null = 'sha256:a'): StepAnswer => ({kind: 'http', what: 'http://x/', status, bodyDigest});
const exec = (exitCode: number): StepAnswer => ({kind: 'exec', what: 'try', exitCode});

const differs = test.macro((t: ExecutionContext, original: readonly Observation[], other: Observation, expected: readonly string[]) => {
  t.deepEqual(differences(original, other), expected);
});

test('equal runs do not differ', differs, [run({answers: [http(200), exec(0)]}), run({answers: [http(200), exec(0)]})], run({answers: [http(200), exec(0)]}), []);
test('another exit code', differs, [run(), run()], run({exitCode: 127}), ['it ended with exit code 127 rather than exit code 0']);
test('a service that ends by itself', differs, [run({exitCode: null})], run({exitCode: 1}), ['it ended with exit code 1 rather than no exit code, as it had to be stopped,']);
test('exit codes that vary say nothing', differs, [run({exitCode: 1}), run({exitCode: 2})], run({exitCode: 3}), []);
test('a failure is told once, without its exit code', differs, [run(), run()], run({failure: 'no start', exitCode: 127}), ['no start']);
test('another status', differs, [run({answers: [http(200)]}), run({answers: [http(200)]})], run({answers: [http(500)]}), ['http://x/ answered 500 rather than 200']);
test('no answer', differs, [run({answers: [http(200)]})], run({answers: [http(null, null)]}), ['http://x/ did not answer']);
test('another body', differs, [run({answers: [http(200)]}), run({answers: [http(200)]})], run({answers: [http(200, 'sha256:b')]}), ['http://x/ answered with another body']);
test('bodies that vary say nothing', differs, [run({answers: [http(200)]}), run({answers: [http(200, 'sha256:b')]})], run({answers: [http(200, 'sha256:c')]}), []);
test('a step that ends otherwise', differs, [run({answers: [exec(0)]})], run({answers: [exec(1)]}), ['"try" ended with exit code 1 rather than 0']);
test('steps that the original did not come to say nothing', differs, [run()], run({answers: [exec(1)]}), []);
