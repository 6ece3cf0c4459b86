import test from 'ava';
import {makeSampleStore, sampleRunId} from '../server/sample-store.js';
import {sharedBrowser, visit} from './with-browser.js';

const browser = sharedBrowser(test);

test('? shows the keys, and Escape puts them away', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t));
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', {name: 'Keys'});
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({state: 'hidden'});
  t.pass();
});

test('/ goes to the search, where letters are letters again', async (t) => {
  const {page, url} = await visit(t, browser(), await makeSampleStore(t));
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('litter?');
  t.is(await page.getByRole('searchbox').inputValue(), 'litter?');
  await page.getByText('Nothing matches').waitFor();
  await page.waitForURL(`${url}#?q=litter%3F`); // typing settles first: half a word may have been searched meanwhile
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  await page.getByRole('heading', {name: 'Images'}).waitFor();
});

test('the graph is walked and opened by arrows, and keeps the focus', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t), {hash: `#/runs/${sampleRunId(3)}/graph?open=`});
  await page.getByRole('button', {name: '/etc'}).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', {name: 'passwd'}).waitFor();
  const focused = page.locator(':focus');
  t.is(await focused.getAttribute('data-id'), '/etc');
  await page.keyboard.press('ArrowDown');
  t.is(await focused.getAttribute('data-id'), '/etc/nginx');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', {name: 'passwd'}).waitFor({state: 'detached'});
  t.is(await focused.getAttribute('data-id'), '/etc');
});

test('t goes through the themes, and the choice stays', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t));
  const theme = page.locator('html');
  t.is(await theme.getAttribute('data-theme'), 'system');
  await page.keyboard.press('t');
  await page.keyboard.press('t');
  t.is(await theme.getAttribute('data-theme'), 'dark');
  await page.reload();
  await page.getByRole('heading', {name: 'Runs'}).waitFor();
  t.is(await theme.getAttribute('data-theme'), 'dark');
});

test('a visitor by keyboard sees where the focus is', async (t) => {
  const {page} = await visit(t, browser(), await makeSampleStore(t));
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('Tab');
  t.is(await page.locator(':focus').innerText(), 'Skip to content');
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle + " " + getComputedStyle(document.activeElement).outlineWidth');
    t.is(outline, 'solid 2px', await page.locator(':focus').innerText());
  }
});
