import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {prepareImage} from '../../scripts/acceptance.d/prepare.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {removeLater, uniqueTag} from '../image/engine-truth.js';
import {root, temporaryStore, winnow} from '../cli/run-winnow.js';
import {exportedEntries} from '../../scripts/acceptance.d/exported-entries.js';

interface Report {
  readonly verification: {readonly status: string};
  readonly removed: readonly {readonly path: string; readonly pathEncoding?: string; readonly reason: string}[];
  readonly filtered: readonly {readonly path: string}[];
}

/** Profiles an image of the acceptance set, debloats and verifies it, and holds what is kept against the original. */
const staysWhatItWas = test.macro(async (t: ExecutionContext, name: string, removes: readonly string[]) => {
  const store = await temporaryStore(t);
  const {tag, directory} = await prepareImage(name);
  const [slim, rest] = [uniqueTag(`${name}-slim`), uniqueTag(`${name}-rest`)] as const;
  [slim, rest].forEach((made) => removeLater(t, made));
  const profiled = await winnow(['profile', tag, '--config', path.join(directory, 'winnow.yaml'), '--store', store, '--backend=ebpf']);
  t.is(profiled.code, ExitCode.done, profiled.err);
  const reportFile = path.join(store, 'report.json');
  const debloated = await winnow(['debloat', tag, '--tag', slim, '--remainder', rest, '--store', store, '--report', reportFile]);
  t.is(debloated.code, ExitCode.done, debloated.err);

  const report = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
  const ajv = new Ajv2020();
  t.true(ajv.validate(JSON.parse(await readFile(path.join(root, 'docs/schema/winnow.report.1.json'), 'utf8')) as object, report), ajv.errorsText());
  t.is(report.verification.status, 'passed');
  const removed = new Set(report.removed.map((file) => (file.pathEncoding === undefined ? Buffer.from(file.path).toString('latin1') : decodeURIComponent(file.path)).slice(1)));
  removes.forEach((file) => t.true(removed.has(file), `${file} goes`));
  t.deepEqual(report.removed.filter(({reason}) => reason === ''), []);

  const [before, after] = await Promise.all([exportedEntries(tag), exportedEntries(slim)]);
  const changed = new Set(report.filtered.map((file) => file.path.slice(1)));
  const kept = [...before].filter(([file]) => !removed.has(file) && !changed.has(file));
  t.deepEqual(new Map(kept), new Map([...after].filter(([file]) => !changed.has(file))));

  const heldOut = await winnow(['profile', slim, '--config', path.join(directory, 'held-out.yaml'), '--store', path.join(store, 'held-out'), '--backend=ebpf', '--json']);
  t.is(heldOut.code, ExitCode.done, heldOut.err);
  t.true((JSON.parse(heldOut.out) as {runs: {exitCode: number | null}[]}).runs.every(({exitCode}) => exitCode === 0 || exitCode === null), heldOut.out);
  const checked = await winnow(['debloat', slim, '--check']);
  t.is(checked.code, ExitCode.done, checked.err);
  await execa('rm', ['-r', directory]);
});

test('an image of edge cases keeps all metadata of what it keeps', staysWhatItWas, 'edge', ['edge/unused', 'edge/capable-unused']);
test('a small image of one program stays nearly what it was', staysWhatItWas, 'busybox', []);
