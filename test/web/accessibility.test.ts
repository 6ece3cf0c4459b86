import test from 'ava';
import {openLiveFeed} from '../../src/store/live.js';
import {imageId, makeSampleStore, sampleRow, sampleRunId, sampleStarted} from '../server/sample-store.js';
import {composite, contrast, parseColor} from './contrast.js';
import {sharedBrowser, visit} from './with-browser.js';

const browser = sharedBrowser(test);

interface Text {
  readonly text: string;
  readonly color: string;
  /** Of the element and those around it, innermost first. */
  readonly backgrounds: readonly string[];
}

/** Runs in the page. Every element with text of its own; what is switched off or unseen needs no contrast (WCAG 1.4.3). */
const collectTexts = `[...document.querySelectorAll('body *')]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  .filter((element) => element.checkVisibility() && !element.closest('[disabled], .unseen, noscript'))
  .map((element) => {
    const backgrounds = [];
    for (let each = element; each !== null; each = each.parentElement) backgrounds.push(getComputedStyle(each).backgroundColor);
    return {text: element.textContent.trim().slice(0, 40), color: getComputedStyle(element).color, backgrounds};
  })`;

const views: readonly (readonly [hash: string, ready: string])[] = [
  ['#/runs', 'complete'],
  [`#/runs/${sampleRunId(6)}`, 'This run is incomplete'],
  [`#/runs/${sampleRunId(3)}/graph?open=/srv/www`, 'caf%E9.txt'],
  ['#/live', 'file-1'],
  ['#/images', 'listed'],
  [`#/images/${imageId}`, 'With 95 % confidence'],
  [`#/images/${imageId}/ties`, 'needed with'],
  ['#/runs/nothing', 'there is no run'],
];

const isReadable = test.macro<[theme: 'light' | 'dark']>({
  exec: async (t, theme) => {
    const store = await makeSampleStore(t);
    const feed = await openLiveFeed(store, sampleStarted);
    feed.append({kind: 'rows', runId: sampleStarted.runId, rows: [sampleRow(0), sampleRow(1, {ok: false, errno: 2})]});
    const {page, url} = await visit(t, browser(), store, {theme});
    for (const [hash, ready] of views) {
      await page.goto(url + hash);
      await page.getByText(ready).first().waitFor();
      const texts = await page.evaluate<readonly Text[]>(collectTexts);
      t.true(texts.length > 5, hash);
      for (const {text, color, backgrounds} of texts) {
        const background = composite(backgrounds.map(parseColor));
        const ratio = contrast(composite([parseColor(color), background]), background);
        t.true(ratio >= 4.5, `${hash} “${text}” ${color}: ${ratio.toFixed(2)}`);
      }
    }
    await feed.close();
  },
  title: (_, theme) => `every text of the ${theme} theme has a contrast of 4.5 at least`,
});
test(isReadable, 'light');
test(isReadable, 'dark');

test('every control has a name, every table a caption, every page one main heading', async (t) => {
  const store = await makeSampleStore(t);
  const {page, url} = await visit(t, browser(), store);
  for (const [hash, ready] of views.filter(([, ready]) => ready !== 'file-1')) {
    await page.goto(url + hash);
    await page.getByText(ready).first().waitFor();
    const controls = await page.locator('a, button, input, summary, canvas').all();
    for (const control of controls) {
      const snapshot = await control.ariaSnapshot();
      t.true(/^- '?[a-z]+( "[^"]+"|: .)/.test(snapshot) || !(await control.isVisible()), `${hash} ${snapshot}`);
    }
    t.is(await page.locator('table:not(:has(caption))').count(), 0);
    t.is(await page.locator('h1').count(), 1, hash);
    t.is(await page.locator('html').getAttribute('lang'), 'en');
  }
});

test('no page is wider than a phone', async (t) => {
  const {page, url} = await visit(t, browser(), await makeSampleStore(t), {width: 390, height: 844});
  for (const [hash, ready] of views.filter(([, ready]) => ready !== 'file-1')) {
    await page.goto(url + hash);
    await page.getByText(ready).first().waitFor();
    t.is(await page.evaluate('document.documentElement.scrollWidth'), 390, hash);
  }
});
