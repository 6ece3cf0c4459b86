import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Ajv2020} from 'ajv/dist/2020.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';
import {addRun, smallImage} from '../small-store.js';

interface Document {
  readonly passed: boolean;
  readonly checks: readonly {readonly name: string; readonly passed: boolean; readonly value: number}[];
  readonly newMisses: readonly {readonly path: string}[];
}

async function documentOf(t: ExecutionContext, text: string): Promise<Document> {
  const schema = JSON.parse(await readFile(new URL('../../../docs/schema/winnow.check.1.json', import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({strict: true, allErrors: true});
  const validate = ajv.compile(schema);
  const document: unknown = JSON.parse(text);
  t.true(validate(document), ajv.errorsText(validate.errors));
  return document as Document;
}

const contents = {'srv/a': 'a'.repeat(1000), 'srv/b': 'b'.repeat(1000), 'srv/unused': 'u'.repeat(2000)};

test('limits that hold end with 0, one that is exceeded with 3, and each is named', async (t) => {
  const store = await temporaryStore(t);
  const image = await smallImage(t, contents);
  await addRun(store, image, ['/srv/a', '/srv/b']);
  await addRun(store, image, ['/srv/a', '/srv/b']);
  const held = await winnow(['check', image, '--max-size', '4kB', '--max-bloat', '0.5', '--max-risk', '1', '--store', store]);
  t.is(held.code, ExitCode.done, held.err);
  t.deepEqual(linesOf(held.out).map((line) => line.split(/ +/).slice(0, 2)), [['held', 'max-size'], ['held', 'max-bloat'], ['held', 'max-risk']]);
  const exceeded = await winnow(['check', image, '--max-size', '3999B', '--max-bloat', '0.49', '--max-risk', '0.1', '--store', store, '--json']);
  t.is(exceeded.code, ExitCode.threshold);
  const document = await documentOf(t, exceeded.out);
  t.false(document.passed);
  t.deepEqual(document.checks.map(({name, passed}) => [name, passed]), [['max-size', false], ['max-bloat', false], ['max-risk', false]]);
  t.deepEqual(document.checks.slice(0, 2).map(({value}) => value), [4000, 0.5]);
});

test('the size needs no runs', async (t) => {
  const image = await smallImage(t, contents);
  const {code, err} = await winnow(['check', image, '--max-size', '1kB', '--store', await temporaryStore(t)]);
  t.is(code, ExitCode.threshold);
  t.is(err, '');
});

test('new misses are what a plan of an earlier image removes and a run of this one needed', async (t) => {
  const store = await temporaryStore(t);
  const earlier = await smallImage(t, contents);
  await addRun(store, earlier, ['/srv/a']);
  const plan = path.join(store, 'debloat.json');
  t.is((await winnow(['plan', earlier, '--store', store, '--output', plan])).code, ExitCode.done);

  const image = await smallImage(t, {...contents, 'srv/new': 'n'});
  await addRun(store, image, ['/srv/a', '/srv/new']);
  const args = ['check', image, '--plan', plan, '--max-new-misses', '0', '--store', store];
  t.is((await winnow(args)).code, ExitCode.done);
  await addRun(store, image, ['/srv/b']);
  const sarif = path.join(store, 'out.sarif');
  const summary = path.join(store, 'summary.md');
  await writeFile(summary, '# before\n');
  const {code, out} = await winnow([...args, '--sarif', sarif, '--file', 'docker/Dockerfile'], {env: {GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary}});
  t.is(code, ExitCode.threshold);
  t.deepEqual(linesOf(out), [
    'EXCEEDED  max-new-misses  Runs needed 1 path that the plan removes; the limit is 0.',
    '  /srv/b',
    '::error file=docker/Dockerfile,title=Runs need what the plan removes::Runs needed 1 path that the plan removes; the limit is 0.',
  ]);
  t.regex(await readFile(summary, 'utf8'), /^# before\n### ❌ winnow check[^]*<code>\/srv\/b<\/code>/);
  t.is((JSON.parse(await readFile(sarif, 'utf8')) as {runs: {results: unknown[]}[]}).runs[0]?.results.length, 2);
  const json = await winnow([...args, '--json'], {env: {GITHUB_ACTIONS: 'true'}});
  t.deepEqual((await documentOf(t, json.out)).newMisses, [{path: '/srv/b'}]);
  t.true(json.err.startsWith('::error '));
});

test('what makes no sense is refused in one line', async (t) => {
  for (const [args, pattern] of [
    [[], /there is nothing to check; give a limit/],
    [['--max-new-misses', '0'], /--max-new-misses and --plan go together/],
    [['--plan', 'x.json'], /--max-new-misses and --plan go together/],
    [['--max-size', 'big'], /is not a size/],
    [['--max-new-misses', '-1', '--plan', 'x'], /is not a number of paths/],
  ] as const) {
    const {code, err} = await winnow(['check', 'shop:1.4', ...args, '--store', await temporaryStore(t)]);
    t.is(code, ExitCode.usage, args.join(' '));
    t.is(linesOf(err).length, 1, err);
    t.regex(err, pattern);
  }
});
