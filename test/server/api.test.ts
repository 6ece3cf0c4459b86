import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {AccessGraph, FileTie, ImageDetail, ImageFileRow, ImagePlan, ImageSummary, Page, RunDetail, RunRow, RunsPage} from '../../src/model/web-api.js';
import {hostileNames, imageId, makeSampleStore, sampleRunId} from './sample-store.js';
import {ask, serveStore} from './serve-store.js';

async function serveSample(t: ExecutionContext): Promise<{storeDirectory: string; get: <Body>(file: string) => Promise<Body>}> {
  const storeDirectory = await makeSampleStore(t);
  const {url} = await serveStore(t, storeDirectory);
  const get = async <Body>(file: string): Promise<Body> => {
    const {status, body} = await ask(url, file);
    t.is(status, 200, body);
    return JSON.parse(body) as Body;
  };
  return {storeDirectory, get};
}

test('runs come latest first, in pages, and can be searched', async (t) => {
  const {get} = await serveSample(t);
  const all = await get<RunsPage>('/api/runs');
  t.is(all.total, 8);
  t.deepEqual(all.items.map(({runId}) => runId), [7, 6, 5, 4, 3, 2, 1, 0].map(sampleRunId));
  t.like(all.items[0], {workload: 'health', lostRecords: 1200, durationMs: 4200, startedMs: 1_795_503_720_000});
  const page = await get<RunsPage>('/api/runs?offset=2&limit=3');
  t.deepEqual([page.offset, page.total, page.items.map(({runId}) => runId)], [2, 8, [5, 4, 3].map(sampleRunId)]);
  t.is((await get<RunsPage>('/api/runs?q=STATIC')).total, 2);
});

test('a damaged run file is told and hides no other', async (t) => {
  const {get, storeDirectory} = await serveSample(t);
  await writeFile(path.join(storeDirectory, 'runs', 'broken.parquet'), 'PAR1 cut');
  const {total, problems} = await get<RunsPage>('/api/runs');
  t.is(total, 8);
  t.is(problems.length, 1);
  t.regex(problems[0] ?? '', /broken\.parquet.*winnow runs delete broken/);
});

test('a run has totals by operation', async (t) => {
  const {get} = await serveSample(t);
  const {totals} = await get<RunDetail>(`/api/runs/${sampleRunId(5)}`);
  t.like(totals, {paths: 12, imagePaths: 12, absentPaths: 1, programs: 2});
  t.deepEqual(totals.operations.map(({op, paths}) => [op, paths]), [['lookup', 1], ['stat', 1], ['read', 2], ['map', 7], ['exec', 2]]);
  t.like(totals.operations[0], {failed: 1});
  t.is(totals.accesses, totals.operations.reduce((sum, {accesses}) => sum + accesses, 0));
});

test('the rows of a run are paged and searched, and keep hostile names as they are', async (t) => {
  const {get} = await serveSample(t);
  const rows = await get<Page<RunRow>>(`/api/runs/${sampleRunId(3)}/rows?q=/srv/www/&limit=500`);
  const paths = rows.items.map((row) => row.path);
  for (const name of [hostileNames.markup, hostileNames.script, hostileNames.bidi, hostileNames.control]) {
    t.true(paths.includes(name), name);
  }
  t.deepEqual(rows.items.filter((row) => row.pathEncoded).map((row) => row.path), ['/srv/www/caf%E9.txt']);
  t.is(rows.total, 5);
  const second = await get<Page<RunRow>>(`/api/runs/${sampleRunId(3)}/rows?offset=1&limit=1`);
  t.like(second, {offset: 1, items: {length: 1}});
});

test('the graph opens what it is asked to open, non-UTF-8 directories too', async (t) => {
  const {get} = await serveSample(t);
  const graph = await get<AccessGraph>(`/api/runs/${sampleRunId(3)}/graph?open=/srv/www&open=`);
  t.deepEqual(graph.nodes.filter(({open}) => open).map(({id}) => id), ['/srv/www']);
  t.like(graph.nodes.find(({id}) => id.startsWith('%')), {id: '%/srv/www/caf%E9.txt', path: '/srv/www/caf%E9.txt', pathEncoded: true, label: 'caf%E9.txt'});
});

test('an image has a front of plans, falling in misses, and the plan that keeps what runs needed', async (t) => {
  const {get} = await serveSample(t);
  const {front, chosen, removedBytes} = await get<ImagePlan>(`/api/images/${encodeURIComponent(imageId)}/plan`);
  t.true(front.length > 2);
  t.true(front.every(({bytes, expectedMissesPerRun}, at) => at === 0 || (bytes >= (front[at - 1]?.bytes ?? 0) && expectedMissesPerRun <= (front[at - 1]?.expectedMissesPerRun ?? 0))));
  t.is(front.at(-1)?.bytes, chosen.bytes + removedBytes);
  t.true(chosen.bytes > 0 && chosen.expectedMissesPerRun < (front[0]?.expectedMissesPerRun ?? 0));
});

test('an image has ties between files, the strongest first, found by path and by kind', async (t) => {
  const {get} = await serveSample(t);
  const {items, total} = await get<Page<FileTie>>(`/api/images/${imageId}/ties?limit=500`);
  t.true(total > 10 && items.every(({weight}, at) => weight > 0 && weight <= (items[at - 1]?.weight ?? 1)));
  const after = await get<Page<FileTie>>(`/api/images/${imageId}/ties?q=successor&limit=500`);
  t.true(after.total > 0 && after.total < total && after.items.every(({kind, lift}) => kind === 'successor' && lift === null));
  const nginx = await get<Page<FileTie>>(`/api/images/${imageId}/ties?q=nginx.conf`);
  t.true(nginx.total > 0 && nginx.items.every(({from, to}) => `${from.path} ${to.path}`.includes('nginx.conf')));
});

test('an image has runs, evidence, a curve and files by probability', async (t) => {
  const {get} = await serveSample(t);
  t.deepEqual(await get<readonly ImageSummary[]>('/api/images'), [
    {id: imageId, name: 'shop:1.4', runs: 8, workloads: 3, lastRunMs: 1_795_503_720_000, indexed: true},
  ]);
  const {evidence, discovery, totals} = await get<ImageDetail>(`/api/images/${encodeURIComponent(imageId)}/discovery`);
  t.like(evidence, {runs: 6, flawedRuns: 2, workloads: ['api', 'health', 'static']});
  t.true(discovery.length >= 6 && totals.neededFiles > 40 && totals.neededFiles < totals.files);
  const {items} = await get<Page<ImageFileRow>>(`/api/images/${imageId}/files?limit=500`);
  t.true(items.every(({probability}, at) => at === 0 || probability <= (items[at - 1]?.probability ?? 1)));
  const bySize = await get<Page<ImageFileRow>>(`/api/images/${imageId}/files?sort=bytes&limit=2`);
  t.is(bySize.items[0]?.bytes, Math.max(...items.map(({bytes}) => bytes)));
  const libc = await get<Page<ImageFileRow>>(`/api/images/${imageId}/files?q=libc6`);
  t.true(libc.items.length > 0 && libc.items.every((file) => file.package === 'libc6'));
});
