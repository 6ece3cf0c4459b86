import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {listRuns} from '../../../src/store/store.js';
import {ensureSample, sample} from '../../capture/images.js';

const tour = fileURLToPath(new URL('../../../scripts/tour/main.ts', import.meta.url));

test.before(ensureSample);

function walk(store: string, ...flags: readonly string[]) {
  return execa(process.execPath, ['--import=tsx', tour, '--store', store, ...flags], {stdin: 'ignore'});
}

async function ownStore(t: ExecutionContext): Promise<string> {
  const store = await mkdtemp(path.join(tmpdir(), 'winnow-test-tour-'));
  t.teardown(async () => {
    const note = await readFile(path.join(store, 'served.json'), 'utf8').catch(() => null);
    if (note !== null) {
      process.kill((JSON.parse(note) as {pid: number}).pid);
    }
    await rm(store, {recursive: true});
  });
  return store;
}

test('a newcomer sees a summary and a page, and a second time all of it again at once', async (t) => {
  const store = await ownStore(t);
  const first = await walk(store);
  const lines = first.stdout.trim().split('\n');
  t.regex(lines[0] ?? '', new RegExp(`^image +${sample}: [\\d,]+ files, \\d+\\.\\d MB$`));
  t.regex(first.stdout, /^touched +\d+ files, .* in 20 runs of 4 workloads \(browse, order, report, smoke\)$/m);
  t.regex(first.stdout, /^would go +[\d,]+ files, \d+\.\d MB: \d\d % of the image$/m);
  t.regex(first.stdout, /^risk +.* of runs like your tests need a file that would go/m);
  const config = JSON.parse(await readFile(path.join(store, 'shop.debloat.json'), 'utf8')) as {schema: string};
  t.is(config.schema, 'winnow.debloat/1');
  const page = /^page +(\S+)$/m.exec(first.stdout)?.[1] ?? '';
  t.true((await fetch(page)).ok);

  const runs = await listRuns(store);
  t.true(runs.every(({complete, lostRecords}) => complete && lostRecords === 0));
  const second = await walk(store);
  t.is(second.stdout, first.stdout);
  t.is((await listRuns(store)).length, runs.length);
});
