import test from 'ava';
import {openLiveFeed} from '../../src/store/live.js';
import {makeDirectory, sampleMetadata, sampleRow, sampleStarted as started} from '../server/sample-store.js';
import {sharedBrowser, visit} from './with-browser.js';

const browser = sharedBrowser(test);
const {runId} = started;
const rows = (from: number, count: number) => ({kind: 'rows', runId, rows: Array.from({length: count}, (_, at) => sampleRow(from + at))}) as const;
const progress = (files: number) => ({kind: 'progress', runId, phase: 'working', files, newFiles: 2, lostRecords: 0}) as const;

test('a run shows up while it goes on, counts, and leads to its page when it ends', async (t) => {
  const store = await makeDirectory(t);
  const {page, complaints} = await visit(t, browser(), store, {hash: '#/live'});
  await page.getByText('Nothing is running').waitFor();
  const feed = await openLiveFeed(store, started);
  feed.append(rows(0, 3));
  feed.append(progress(3));
  await page.getByText('/usr/share/doc/file-2').waitFor();
  await page.getByText('working').waitFor();
  await page.getByRole('img', {name: /^3 files found/}).waitFor();
  t.is(await page.getByRole('link', {name: 'Live, a run is going on'}).count(), 1);
  feed.append({kind: 'ended', runId, metadata: {...sampleMetadata(0, 'api'), runId}});
  await feed.close();
  const link = page.getByRole('link', {name: 'Open the run'});
  await link.waitFor();
  t.is(await link.getAttribute('href'), `#/runs/${runId}`);
  t.deepEqual(complaints, []);
});

test('a replay says that it is one, and leads to the run it shows', async (t) => {
  const store = await makeDirectory(t);
  const {page} = await visit(t, browser(), store, {hash: '#/live'});
  const feed = await openLiveFeed(store, {...started, runId: 'again', replayOf: runId});
  await page.getByText('replay', {exact: true}).waitFor();
  feed.append({kind: 'ended', runId: 'again', metadata: {...sampleMetadata(0, 'api'), runId}});
  await feed.close();
  const link = page.getByRole('link', {name: 'Open the run'});
  await link.waitFor();
  t.is(await link.getAttribute('href'), `#/runs/${runId}`);
});

test('paused, the page stands still and says by how much it is behind; resumed, it has everything', async (t) => {
  const store = await makeDirectory(t);
  const feed = await openLiveFeed(store, started);
  feed.append(rows(0, 2));
  const {page} = await visit(t, browser(), store, {hash: '#/live'});
  await page.getByText('/usr/share/doc/file-1').waitFor();
  await page.keyboard.press('p');
  await page.getByRole('button', {name: 'Resume'}).waitFor();
  feed.append(rows(2, 5));
  await page.getByText('behind by 5').waitFor();
  t.is(await page.getByText('/usr/share/doc/file-6').count(), 0);
  await page.getByRole('button', {name: 'Resume'}).click();
  await page.getByText('/usr/share/doc/file-6').waitFor();
  t.is(await page.getByText('behind by').count(), 0);
  await feed.close();
});

test('a flood is counted in full, listed in part, and the page stays light', async (t) => {
  const store = await makeDirectory(t);
  const feed = await openLiveFeed(store, started);
  const {page, complaints} = await visit(t, browser(), store, {hash: '#/live'});
  await page.getByText('starting').waitFor();
  for (let from = 0; from < 20_000; from += 1000) {
    feed.append(rows(from, 1000));
  }
  feed.append(progress(20_000));
  await page.locator('.tile', {hasText: 'first sights'}).getByText('20,000').waitFor();
  await page.getByText(/counted only/).waitFor();
  t.true((await page.locator('*').count()) < 2500);
  t.deepEqual(complaints, []);
  await feed.close();
});

test('hostile names in the stream stay names', async (t) => {
  const store = await makeDirectory(t);
  const feed = await openLiveFeed(store, started);
  feed.append({kind: 'rows', runId, rows: [sampleRow(0, {path: '/<img src=x onerror=document.title="taken">'})]});
  const {page, complaints} = await visit(t, browser(), store, {hash: '#/live'});
  await page.getByText('/<img src=x onerror=document.title="taken">').waitFor();
  t.is(await page.locator('main img').count(), 0);
  t.deepEqual(complaints, []);
  await feed.close();
});
