import test from 'ava';
import {hostileNames, imageId, makeDirectory, makeSampleStore, sampleRunId} from '../server/sample-store.js';
import {sharedBrowser, visit} from './with-browser.js';

const browser = sharedBrowser(test);

test('runs lead to a run, its graph and its image, and each address can be opened anew', async (t) => {
  const {page, url, complaints} = await visit(t, browser(), await makeSampleStore(t));
  await page.getByRole('link', {name: 'shop:1.4 static'}).first().click();
  await page.getByRole('heading', {name: 'shop:1.4', level: 1}).waitFor();
  t.is(page.url(), `${url}#/runs/${sampleRunId(3)}`);
  await page.getByRole('link', {name: 'Access graph'}).click();
  await page.getByRole('button', {name: /^nginx/}).first().waitFor();
  t.is(page.url(), `${url}#/runs/${sampleRunId(3)}/graph`);
  await page.goBack();
  await page.getByRole('link', {name: 'All runs of this image'}).click();
  await page.getByText('With 95 % confidence').waitFor();
  t.is(page.url(), `${url}#/images/${encodeURIComponent(imageId)}`);
  await page.reload();
  await page.getByText('With 95 % confidence').waitFor();
  t.deepEqual(complaints, []);
});

const neverRuns = test.macro<[place: string, hash: string, ready: string]>({
  exec: async (t, _place, hash, ready) => {
    const {page, complaints} = await visit(t, browser(), await makeSampleStore(t), {hash});
    await page.getByText(ready).first().waitFor();
    const text = await page.locator('main').innerText();
    for (const shown of ['<img src=x onerror=document.title="taken">.html', '"><script>document.title="taken"</script>', '\\u202egnp.exe', 'line\\x0abreak\\x07']) {
      t.true(text.includes(shown), shown);
    }
    t.true(text.includes('caf%E9.txt') && text.includes('bytes'));
    t.false(text.includes(hostileNames.bidi));
    t.is(await page.locator('main img, main script').count(), 0);
    t.not(await page.title(), 'taken');
    t.deepEqual(complaints, []);
  },
  title: (_, place) => `file names that are markup, scripts, bidirectional or not UTF-8 stay names in the ${place}`,
});
test(neverRuns, 'list of accesses', `#/runs/${sampleRunId(3)}?q=/srv/www/`, 'caf%E9.txt');
test(neverRuns, 'graph', `#/runs/${sampleRunId(3)}/graph?open=/srv/www`, 'caf%E9.txt');
test(neverRuns, 'list of ties', `#/images/${imageId}/ties?q=/srv/www/`, 'caf%E9.txt');
test(neverRuns, 'list of files', `#/images/${imageId}?q=/srv/www/`, 'caf%E9.txt');

test('an image leads to the files that come together, by path and by kind', async (t) => {
  const {page, complaints} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/images/${imageId}`});
  await page.getByRole('link', {name: 'Which files come together'}).click();
  await page.getByRole('heading', {name: 'Files that come together', level: 1}).waitFor();
  await page.getByText('needed with').first().waitFor();
  await page.getByRole('searchbox').fill('successor');
  await page.getByText('followed by').first().waitFor();
  await page.getByText('needed with').first().waitFor({state: 'detached'});
  t.deepEqual(complaints, []);
});

test('the graph opens and closes directories, and the address remembers it', async (t) => {
  const {page, complaints} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/runs/${sampleRunId(3)}/graph?open=`});
  const etc = page.getByRole('button', {name: '/etc'});
  await etc.click();
  await page.getByRole('button', {name: 'passwd'}).waitFor();
  t.is(await etc.getAttribute('aria-expanded'), 'true');
  t.regex(page.url(), /open=%2Fetc/);
  await page.reload();
  await page.getByRole('button', {name: 'passwd'}).waitFor();
  await etc.click();
  await page.getByRole('button', {name: 'passwd'}).waitFor({state: 'detached'});
  t.deepEqual(complaints, []);
});

test('pointing at a program lights its links only', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/runs/${sampleRunId(3)}/graph?open=`});
  await page.getByRole('button', {name: /^dash/}).hover();
  const all = await page.locator('path.link').count();
  const lit = await page.locator('path.link.is-lit').count();
  t.true(lit > 0 && lit < all, `${lit} of ${all}`);
});

test('the graph and the curve have tables behind them', async (t) => {
  const {page, url} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/runs/${sampleRunId(3)}/graph?open=`});
  await page.getByText('The picture as a table').click();
  const links = page.getByRole('table', {name: 'Links between programs and files'});
  t.is((await links.getByRole('row').count()) - 1, await page.locator('path.link').count());
  await page.goto(`${url}#/images/${imageId}`);
  await page.getByText('The curve as a table').click();
  t.true((await page.getByRole('table', {name: 'Files known after so many runs'}).getByRole('row').count()) >= 7);
});

test('search and order of a list stand in the address', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/images/${imageId}`});
  await page.getByRole('searchbox').fill('libc6');
  await page.getByText('1–2 of 2').waitFor();
  await page.getByRole('button', {name: 'Size'}).click();
  await page.locator('th[aria-sort=descending]', {hasText: 'Size'}).waitFor();
  t.regex(page.url(), /q=libc6&sort=bytes$/);
  await page.getByRole('searchbox').fill('no such file');
  await page.getByText('Nothing matches “no such file”.').waitFor();
  t.pass();
});

test('long lists come in pages and keep the page light', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/images/${imageId}`});
  await page.getByText(/^1–50 of/).waitFor();
  await page.getByRole('button', {name: 'Next →'}).click();
  await page.getByText(/^51–100 of/).waitFor();
  t.true((await page.locator('*').count()) < 2000);
});

const saysWhatToType = test.macro<[hash: string, title: string]>({
  exec: async (t, hash, title) => {
    const {page, complaints} = await visit(t, browser(), await makeDirectory(t), {hash});
    await page.getByRole('heading', {name: title}).waitFor();
    await page.getByText('winnow profile IMAGE').waitFor();
    t.deepEqual(complaints, []);
  },
  title: (_, hash) => `${hash} of an empty store says what to type next`,
});
test(saysWhatToType, '#/runs', 'No runs yet');
test(saysWhatToType, '#/live', 'Nothing is running');
test(saysWhatToType, '#/images', 'No images yet');

const saysWhy = test.macro<[hash: string, reason: RegExp]>({
  exec: async (t, hash, reason) => {
    const {page} = await visit(t, browser(), await makeSampleStore(t), {hash});
    await page.getByText(reason).waitFor();
    t.pass();
  },
  title: (_, hash) => `${hash} says what is wrong`,
});
test(saysWhy, '#/runs/nothing', /there is no run "nothing"/);
test(saysWhy, '#/runs/nothing/graph', /there is no run "nothing"/);
test(saysWhy, `#/images/sha256:${'0'.repeat(64)}`, /no file list/);
test(saysWhy, '#/somewhere', /There is no such page/);
