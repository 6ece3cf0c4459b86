import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import {busybox, ensureTestImages, workloads} from '../../capture/images.js';
import {compileAppArmor} from '../../export/compiled-apparmor.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

const textFormats = ['winnow', 'slim', 'slim-full', 'dockerignore', 'stargz', 'nydus', 'overlaybd', 'soci', 'prefetch', 'apparmor', 'spdx', 'spdx-planned', 'cyclonedx', 'cyclonedx-planned', 'graphml', 'dot', 'graph-json', 'csv', 'chrome-trace', 'speedscope'];

test('a container that was profiled comes out in every format', async (t) => {
  const store = await temporaryStore(t);
  for (const file of ['/etc/passwd', '/etc/group']) {
    const {code, err} = await winnow(['profile', busybox, '--store', store, '--docker-arg=--network=none', '--', 'cat', file]);
    t.is(code, ExitCode.done, err);
  }
  const texts = new Map<string, string>();
  for (const format of textFormats) {
    const env = {SOURCE_DATE_EPOCH: '1795503300'};
    const {code, out, err} = await winnow(['export', busybox, '--store', store, '--format', format], {env});
    t.is(code, ExitCode.done, `${format}: ${err}`);
    texts.set(format, out);
    const file = path.join(store, `out.${format}`);
    t.is((await winnow(['export', busybox, '--store', store, '--format', format, '--output', file], {env})).code, ExitCode.done);
    t.is(await readFile(file, 'utf8'), out, `${format}: a file and standard output differ`);
  }
  t.deepEqual(linesOf(texts.get('nydus') ?? '').sort(), ['/bin/busybox', '/etc/group', '/etc/passwd']);
  t.true(linesOf(texts.get('slim-full') ?? '').includes('/bin/busybox:0755#0#0'));
  t.is((JSON.parse(texts.get('spdx') ?? '') as {creationInfo: {created: string}}).creationInfo.created, '2026-11-24T06:55:00Z');
  t.like(JSON.parse(texts.get('prefetch') ?? ''), {schema: 'winnow.prefetch/1', evidence: {runs: 2}, episodes: [[1, 0, 1], [1, 0, 2]]});
  t.true(texts.get('dot')?.includes('/etc/passwd'));
  const permissions = await compileAppArmor(Buffer.from(texts.get('apparmor') ?? ''));
  t.is(permissions(Buffer.from('/bin/busybox')).replace('m', ''), 'xr');
  t.is(permissions(Buffer.from('/etc/passwd')), 'r');
  t.is((await execa('dot', ['-Tsvg'], {input: texts.get('dot') ?? '', reject: false})).exitCode, 0);

  const parquet = path.join(store, 'p.parquet');
  t.is((await winnow(['export', busybox, '--store', store, '--format', 'parquet', '--output', parquet])).code, ExitCode.done);
  t.true((await stat(parquet)).size > 1000);
});

test('a plan that was kept decides the lists, without runs', async (t) => {
  const store = await temporaryStore(t);
  t.is((await winnow(['profile', busybox, '--store', store, '--docker-arg=--network=none', '--', 'cat', '/etc/passwd'])).code, ExitCode.done);
  const plan = path.join(store, 'plan.json');
  t.is((await winnow(['plan', busybox, '--store', store, '--keep', '/etc/group', '--remove', '/etc/passwd', '--output', plan])).code, ExitCode.done);
  const other = await temporaryStore(t);
  const {code, out, err} = await winnow(['export', busybox, '--store', other, '--format', 'slim', '--plan', plan]);
  t.is(code, ExitCode.done, err);
  t.true(linesOf(out).includes('/etc/group'));
  t.false(linesOf(out).includes('/etc/passwd'));
  t.deepEqual(linesOf((await winnow(['export', busybox, '--store', other, '--format', 'dockerignore', '--plan', plan])).out), ['/etc/passwd']);
  const useless = await winnow(['export', busybox, '--store', store, '--format', 'csv', '--plan', plan]);
  t.is(useless.code, ExitCode.usage);
  t.regex(useless.err, /--plan is of no use to csv/);
  const foreign = await winnow(['export', workloads, '--store', other, '--format', 'slim', '--plan', plan]);
  t.is(foreign.code, ExitCode.usage);
  t.regex(foreign.err, /which has other layers than/);
});

test('what is asked for wrongly is refused in one line that says what to do', async (t) => {
  const store = await temporaryStore(t);
  for (const [args, pattern] of [
    [['--format', 'yaml'], /Allowed choices are slim, slim-full,.*, parquet; see/],
    [[], /required option '--format/],
    [['--format', 'parquet'], /give --output FILE/],
    [['--format', 'soci', '--min-probability', '2'], /not a probability/],
    [['--format', 'dot', '--edges', 'friends'], /it takes access, co-access, successor or all/],
  ] as const) {
    const {code, err} = await winnow(['export', busybox, '--store', store, ...args]);
    t.is(code, ExitCode.usage, args.join(' '));
    t.is(linesOf(err).length, 1, err);
    t.regex(err, pattern);
  }
  const unknown = await winnow(['export', busybox, '--store', store, '--format', 'dot']);
  t.is(unknown.code, ExitCode.failed);
  t.regex(unknown.err, /record some with winnow profile/);
});
