import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Ajv2020} from 'ajv/dist/2020.js';
import {openEngine} from '../../../src/image/engine.js';
import {loadImageIndex} from '../../../src/image/index-cache.js';
import {type DebloatConfig, defaultPolicy} from '../../../src/model/debloat-config.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {RunMetadata} from '../../../src/model/run.js';
import {writeRun} from '../../../src/store/run-file.js';
import {file, makeArchive, symlink} from '../../image/archives.js';
import {loadArchive, uniqueTag} from '../../image/engine-truth.js';
import {sampleMetadata, sampleRow} from '../../store/fixtures.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

/** A command line that reaches no engine. */
const offline = {env: {DOCKER_HOST: 'unix:///nonexistent/winnow-test.sock'}};

const touched: readonly (readonly [workload: string, ...paths: string[]])[] = [
  ['smoke', '/srv/a', '/srv/b'],
  ['smoke', '/srv/b', '/srv/c'],
  ['smoke', '/srv/a', '/srv/c'],
  ['api', '/srv/a', '/srv/b', '/srv/c'],
  ['api', '/srv/a', '/srv/b'],
  ['api', '/srv/b', '/srv/c'],
];

/** A store with a real image's file list and runs of it; the engine has the image until the test ends. */
async function makeStore(t: ExecutionContext, own: Partial<RunMetadata> = {}): Promise<{store: string; image: string; id: string}> {
  const image = uniqueTag('train');
  const entries = [file('etc/unused.conf', 'x'.repeat(2_000_000)), file('srv/a'), file('srv/b'), file('srv/c'), symlink('www', 'srv')];
  await loadArchive(t, await makeArchive([entries], {tag: image}), image);
  const store = await temporaryStore(t);
  const {image: {id}} = await loadImageIndex(await openEngine(), image, store);
  for (const [number, [workload, ...paths]] of touched.entries()) {
    const metadata = sampleMetadata({runId: `20261124T065500Z-${String(number).padStart(8, '0')}`, imageId: id, imageName: image, workload, ...own});
    await writeRun(store, {metadata, rows: paths.map((name) => sampleRow({path: name, op: 'read'}))});
  }
  return {store, image, id};
}

async function follows(t: ExecutionContext, schema: string, text: string): Promise<Record<string, unknown>> {
  const document = JSON.parse(text) as Record<string, unknown>;
  const ajv = new Ajv2020({allowUnionTypes: true});
  const validate = ajv.compile(JSON.parse(await readFile(new URL(`../../../docs/schema/${schema}`, import.meta.url), 'utf8')) as object);
  t.true(validate(document), ajv.errorsText(validate.errors));
  return document;
}

test('train says what was used, what is unseen, and what comes next', async (t) => {
  const {store, image, id} = await makeStore(t);
  const {code, out, err} = await winnow(['train', image, '--store', store]);
  t.is(code, ExitCode.done);
  t.deepEqual(out.split('\n'), [
    `image     ${image}  ${id.slice(0, 19)}`,
    'runs      6 of 2 workloads (api, smoke); 6 differ, and all tell as much as 6.0 independent ones (design effect 1.0)',
    'files     4, 2.0 MB',
    'needed    3, 15 B',
    'coverage  100 % of what a run needs was seen before it',
    '',
    'With 95 % confidence, fewer than 40 % of runs like your tests need a file that no test touched.',
    'For a kind of test you have not run, the estimate is 0 %.',
    '',
  ]);
  t.deepEqual(linesOf(err), [`next: winnow plan ${image}`]);
});

test('train --half-life trusts recent runs more', async (t) => {
  const {store, image, id} = await makeStore(t);
  for (let number = 0; number < 6; number += 1) {
    const startedNs = sampleMetadata().startedNs + BigInt(number + 1);
    const metadata = sampleMetadata({runId: `20261125T065500Z-${String(number).padStart(8, '0')}`, imageId: id, imageName: image, workload: 'smoke', startedNs});
    await writeRun(store, {metadata, rows: [sampleRow({path: '/srv/c', op: 'read'})]});
  }
  const probabilityOf = async (name: string, ...args: string[]): Promise<number> => {
    const {files} = JSON.parse((await winnow(['train', image, '--store', store, '--json', ...args])).out) as {files: {path: string; probability: number}[]};
    return files.find((entry) => entry.path === name)?.probability ?? Number.NaN;
  };
  t.true(await probabilityOf('/srv/a', '--half-life', '2') < await probabilityOf('/srv/a'));
  const {code, err} = await winnow(['train', image, '--store', store, '--half-life', '0']);
  t.is(code, ExitCode.usage);
  t.regex(err, /--half-life <runs>.*it takes a number of runs above 0/);
});

test('train --json prints a profile that follows its schema', async (t) => {
  const {store, image, id} = await makeStore(t);
  const {code, out, err} = await winnow(['train', image, '--store', store, '--json']);
  t.is(code, ExitCode.done);
  t.is(err, '');
  t.like(await follows(t, 'winnow.profile.1.json', out), {schema: 'winnow.profile/1', image: {name: image, id}, evidence: {runs: 6}});
});

test('plan prints a summary, writes the config and warns of a risk above its default limit', async (t) => {
  const {store, image} = await makeStore(t);
  const output = path.join(store, 'debloat.json');
  const {code, out, err} = await winnow(['plan', image, '--store', store, '--output', output]);
  t.is(code, ExitCode.done);
  t.regex(out, /^removed +1 +2\.0 MB +100 %$/m);
  t.regex(out, /^With 95 % confidence, fewer than 40 % of runs like your tests need a file that this plan removes\.$/m);
  t.true(out.includes(`config: ${output}`));
  t.deepEqual(linesOf(err), ['winnow: the risk may be as high as 40 %, above the limit of 5 %; more runs that differ lower it']);
  const config = await follows(t, 'winnow.debloat.1.json', await readFile(output, 'utf8'));
  t.like(config, {schema: 'winnow.debloat/1', totals: {files: 4, removedFiles: 1, removedBytes: 2_000_000}, policy: {maxRisk: 0.05}});
});

test('plan --json prints what plan --output writes', async (t) => {
  const {store, image} = await makeStore(t);
  const output = path.join(store, 'debloat.json');
  const {out} = await winnow(['plan', image, '--store', store, '--json', '--keep', '*.conf', '--output', output]);
  const config = await follows(t, 'winnow.debloat.1.json', out);
  t.deepEqual(config, JSON.parse(await readFile(output, 'utf8')));
  t.like(config, {totals: {removedFiles: 0}, policy: {keep: ['*.conf']}, evidence: {risk: {estimate: 0, upper95: 0}}});
});

test('plan bounds the share of runs that miss a file, and keeps everything where that cannot be shown', async (t) => {
  const {store, image} = await makeStore(t);
  const bounded = await winnow(['plan', image, '--store', store, '--max-risk', '0.15']);
  t.is(bounded.code, ExitCode.done);
  t.is(bounded.err, '');
  t.regex(bounded.out, /^Left out one after the other, 0 of the 6 runs that differ would have missed a file: that bounds the next one's chance by 15 %\.$/m);
  const strict = await winnow(['plan', image, '--store', store, '--max-risk', '0.1']);
  t.is(strict.code, ExitCode.done);
  t.regex(strict.out, /^Nothing would be removed\.$/m);
  t.regex(strict.err, /^winnow: 6 runs that differ cannot show that fewer than 10 % of runs miss a file/);
});

test('plan ends with 3 where a limit is not kept, and writes the config all the same', async (t) => {
  const {store, image} = await makeStore(t);
  const output = path.join(store, 'debloat.json');
  const {code, err} = await winnow(['plan', image, '--store', store, '--max-risk', '0.3', '--remove', '/srv/a', '--output', output]);
  t.is(code, ExitCode.threshold);
  t.is(linesOf(err).length, 1);
  t.true((await stat(output)).isFile());
  const full = await winnow(['plan', image, '--store', store, '--budget', '1kB', '--keep', '*.conf']);
  t.is(full.code, ExitCode.threshold);
  t.regex(full.err, /^winnow: what the policy keeps takes 2\.0 MB, more than the budget of 1\.0 kB/);
});

test('plan weighs the prices of a cost file, says them, and shows the front', async (t) => {
  const {store, image} = await makeStore(t);
  const cost = path.join(store, 'cost.yaml');
  await writeFile(cost, 'provision-bandwidth: 1GB\nfetch-bandwidth: 1kB\nmiss-latency: 5s\nruns-per-pull: 100\n');
  const {code, out} = await winnow(['plan', image, '--store', store, '--cost', cost, '--front']);
  t.is(code, ExitCode.done);
  t.regex(out, /^removed +0 +0 B/m);
  t.regex(out, /^cost: .* a run, at 1\.0 GB a second for 100 runs a pull, and 5 s and 1\.0 kB a second for a miss$/m);
  t.regex(out, /^ *2\.0 MB +0 +.*← the plan$/m);
  await writeFile(cost, 'provision-bandwidth: 1GB\nfetch-bandwidth: fast\nmiss-latency: 5s\n');
  const {code: wrong, err} = await winnow(['plan', image, '--store', store, '--cost', cost]);
  t.is(wrong, ExitCode.usage);
  t.regex(err, /cost\.yaml:2: fetch-bandwidth can't be "fast"; write bytes a second at which a removed file comes .* such as 20MB/);
});

test('plan of two images says which layers they share, and what that saves', async (t) => {
  const {store, image} = await makeStore(t);
  const other = uniqueTag('train');
  await loadArchive(t, await makeArchive([[file('srv/a'), file('etc/unused.conf', 'x'.repeat(2_000_000))]], {tag: other}), other);
  const {image: {id}} = await loadImageIndex(await openEngine(), other, store);
  const metadata = sampleMetadata({runId: '20261124T065600Z-00000001', imageId: id, imageName: other});
  await writeRun(store, {metadata, rows: ['/srv/a'].map((name) => sampleRow({path: name, op: 'read'}))});
  const {code, out, err} = await winnow(['plan', image, other, '--store', store, '--keep', '*.conf']);
  t.is(code, ExitCode.done);
  t.true(linesOf(err).every((line) => line.startsWith(`winnow: ${image}: `) || line.startsWith(`winnow: ${other}: `)), err);
  t.regex(out, /^Each by itself these plans take 4\.1 MB; in these layers 2\.\d MB, 4\d % less\./m);
  t.regex(out, /^No layers take less\.$/m);
  const {out: json} = await winnow(['plan', image, other, '--store', store, '--json']);
  t.like(JSON.parse(json), {schema: 'winnow.plan-set/1', images: [{image: {name: image}}, {image: {name: other}}], totals: {isProven: true}});
});

test('plan measures prices with the engine', async (t) => {
  const {store, image} = await makeStore(t);
  const {code, out} = await winnow(['plan', image, '--store', store, '--measure', '--json']);
  t.is(code, ExitCode.done);
  const {policy: {cost}} = JSON.parse(out) as {policy: {cost: Record<string, number>}};
  t.true(Object.values(cost).every((price) => price > 0), JSON.stringify(cost));
});

test('plan removes nothing on the word of runs that lost records', async (t) => {
  const {store, image} = await makeStore(t, {lostRecords: 1});
  const {code, out, err} = await winnow(['plan', image, '--store', store]);
  t.is(code, ExitCode.done);
  t.regex(out, /^Nothing would be removed\.$/m);
  t.is(err, '');
  const trained = await winnow(['train', image, '--store', store]);
  t.regex(trained.out, /^flawed runs +6, with 6 lost records: they prove use, never disuse$/m);
  t.regex(trained.out, /^No run is complete without lost records/m);
});

test('explain says every number of one path, whatever links lead to it', async (t) => {
  const {store, image} = await makeStore(t);
  const {code, out} = await winnow(['explain', image, '/www/a', '--store', store]);
  t.is(code, ExitCode.done);
  t.regex(out, /^path +\/srv\/a$/m);
  t.regex(out, /^probability +0\.\d+ \(95 %: 0\.\d+ to 0\.\d+\); 0\.\d+ had no run shown it$/m);
  t.regex(out, /^observed in +4 of 6 complete runs \(content in 4\), 0 of 0 flawed ones$/m);
  t.regex(out, /^workloads +api: 2 of 3\n +smoke: 2 of 3$/m);
  t.regex(out, /^like profiled +0\.\d+, of a run of the kinds that were profiled; expected misses reckon with this one$/m);
  t.regex(out, /^place +\d of 4 in worth; kept before any is weighed, since a run needed it$/m);
  t.regex(out, /^decision +keep: observed in 4 of 6 runs$/m);
  const link = await winnow(['explain', image, '/www', '--store', store, '--json']);
  t.like(await follows(t, 'winnow.explanation.1.json', link.out), {image: {name: image}, file: {path: '/www', type: 'symlink', decision: 'keep', observedRuns: 0}, item: null});
});

test('explain --json follows its schema, whatever the plan', async (t) => {
  const {store, image} = await makeStore(t);
  const cost = path.join(store, 'cost.yaml');
  await writeFile(cost, 'provision-bandwidth: 1GB\nfetch-bandwidth: 1MB\nmiss-latency: 5ms\n');
  for (const options of [[], ['--cost', cost], ['--generations'], ['--max-risk', '0.2'], ['--budget', '1kB', '--remove', 'a']]) {
    for (const name of ['/srv/a', '/etc/unused.conf', '/srv']) {
      const {out} = await winnow(['explain', image, name, '--store', store, '--json', ...options]);
      t.like(await follows(t, 'winnow.explanation.1.json', out), {schema: 'winnow.explanation/1', file: {path: name}});
    }
  }
});

test('a plan of which nothing is asked is the same wherever it is made', async (t) => {
  const {store, image} = await makeStore(t);
  const {out} = await winnow(['plan', image, '--store', store, '--json']);
  const planned = JSON.parse(out) as DebloatConfig;
  const {out: exported} = await winnow(['export', image, '--format', 'winnow', '--store', store]);
  t.like(planned.policy, defaultPolicy);
  t.like(JSON.parse(exported), {policy: defaultPolicy, totals: planned.totals, files: planned.files});
});

test('explain weighs as plan does with the same options', async (t) => {
  const {store, image} = await makeStore(t);
  const cost = path.join(store, 'cost.yaml');
  await writeFile(cost, 'provision-bandwidth: 1GB\nfetch-bandwidth: 1kB\nmiss-latency: 5s\nruns-per-pull: 100\n');
  const {out} = await winnow(['explain', image, '/etc/unused.conf', '--store', store, '--cost', cost]);
  t.regex(out, /^one miss +costs 2000 s; keeping the file 0\.02 ms a run: cheaper from probability 1e-8 on$/m);
  t.regex(out, /^decision +keep: keeping costs 0\.02 ms a run and its misses .*; not observed in 6 runs/m);
  const {out: removed} = await winnow(['explain', image, '/srv/a', '--store', store, '--remove', 'a']);
  t.regex(removed, /^decision +remove: the policy removes a$/m);
});

test('without an engine, an image is found by the name of its runs and by its id', async (t) => {
  const {store, image, id} = await makeStore(t);
  const online = await winnow(['plan', image, '--store', store, '--json']);
  const byName = await winnow(['plan', image, '--store', store, '--json'], offline);
  t.is(byName.out, online.out);
  t.regex(byName.err, /^winnow: Docker does not answer at .*; using the image's file list in the store$/m);
  for (const name of [id, id.slice(7, 19)]) {
    const {code, out} = await winnow(['train', name, '--store', store], offline);
    t.is(code, ExitCode.done);
    t.regex(out, /^runs +6 of 2 workloads/m);
  }
});

test('imported runs that name the image without its id count', async (t) => {
  const {store, image} = await makeStore(t);
  const metadata = sampleMetadata({runId: '20261124T070000Z-0000000a', imageId: '', imageName: image, workload: 'import'});
  await writeRun(store, {metadata, rows: [sampleRow({path: '/srv/a', op: 'read'})]});
  const {out} = await winnow(['train', image, '--store', store]);
  t.regex(out, /^runs +7 of 3 workloads \(api, import, smoke\)/m);
});

test('runs that are all of one kind and alike promise nothing', async (t) => {
  const {store, image, id} = await makeStore(t, {workload: 'only', lostRecords: 1});
  for (const runId of ['20261124T080000Z-00000001', '20261124T080000Z-00000002']) {
    await writeRun(store, {metadata: sampleMetadata({runId, imageId: id, imageName: image, workload: 'only'}), rows: [sampleRow({path: '/srv/a', op: 'read'})]});
  }
  const {out} = await winnow(['train', image, '--store', store]);
  t.regex(out, /^Too few runs differ to bound how often runs like your tests need a file that no test touched: 1 of 2 do\.$/m);
  t.regex(out, /^For a kind of test you have not run, there is no estimate, since all runs are of one kind\.$/m);
});

const refused = test.macro(async (t: ExecutionContext, args: (image: string) => readonly string[], code: number, says: RegExp) => {
  const {store, image} = await makeStore(t);
  const result = await winnow([...args(image), '--store', store]);
  t.is(result.code, code);
  t.is(result.out, '');
  t.is(linesOf(result.err).length, 1);
  t.regex(result.err, says);
});

test('an image planned together with itself is wrong usage', refused, (image) => ['plan', image, image], ExitCode.usage, /is named twice; name each image once/);
test('a risk above 1 is wrong usage', refused, (image) => ['plan', image, '--max-risk', '2'], ExitCode.usage, /"2" is not a probability/);
test('two sources of prices are wrong usage', refused, (image) => ['plan', image, '--measure', '--cost', 'x'], ExitCode.usage, /cannot be used with/);
test('an unknown set of files is wrong usage', refused, (image) => ['plan', image, '--together', 'pyton'], ExitCode.usage, /known are certificates/);
test('an empty glob is wrong usage', refused, (image) => ['plan', image, '--keep', ''], ExitCode.usage, /"" is not a pattern of paths/);
test('an output that cannot be written fails', refused, (image) => ['plan', image, '--output', '/nonexistent/debloat.json'], ExitCode.failed, /cannot write \/nonexistent\/debloat\.json: .*choose another --output/);
test('a path that the image does not have fails', refused, (image) => ['explain', image, '/usr/bin/emacs'], ExitCode.failed, /has no \/usr\/bin\/emacs; give an absolute path/);
test('an image that nobody knows fails', refused, () => ['train', 'winnow-test-nobody:1'], ExitCode.failed, /no image "winnow-test-nobody:1" on this engine; build or load it first/);

test('an image without runs says how to make some', async (t) => {
  const {image} = await makeStore(t);
  const {code, err} = await winnow(['train', image, '--store', await temporaryStore(t)]);
  t.is(code, ExitCode.failed);
  t.regex(err, /^winnow: there are no runs of .*; record some with winnow profile .*\n$/);
});

test('plan --generations goes by recent runs, says what is young and old, and takes no bound on risk', async (t) => {
  const {store, image} = await makeStore(t);
  const {code, out} = await winnow(['plan', image, '--store', store, '--generations']);
  t.is(code, ExitCode.done);
  t.regex(out, /^Of what goes, 1 file, 2\.0 MB were needed in the last 60 runs or are new; 0 files, 0 B were not\.$/m);
  const {out: json} = await winnow(['plan', image, '--store', store, '--generations', '--json']);
  const config = await follows(t, 'winnow.debloat.1.json', json);
  t.like(config, {policy: {generations: {halfLifeRuns: 5}}});
  const both = await winnow(['plan', image, '--store', store, '--generations', '--max-risk', '0.1']);
  t.is(both.code, ExitCode.usage);
});
