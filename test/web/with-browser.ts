import type {ExecutionContext} from 'ava';
import {type Browser, chromium, type Page} from 'playwright-core';
import {serveStore} from '../server/serve-store.js';

export interface Visit {
  readonly page: Page;
  readonly url: string;
  /** What the browser complained of so far: console errors and warnings (refusals by policy too), uncaught exceptions, answers of 400 and above. */
  readonly complaints: readonly string[];
}

export interface VisitOptions {
  readonly hash?: string;
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

const launchArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launchBrowser = (): Promise<Browser> => chromium.launch({executablePath: '/usr/bin/chromium', args: launchArguments});

/** Serves a store on a free port and opens the page in a browser profile of its own. */
export async function visit(t: ExecutionContext, browser: Browser, storeDirectory: string, {hash = '', width = 1280, height = 800, theme = 'light'}: VisitOptions = {}): Promise<Visit> {
  const {url} = await serveStore(t, storeDirectory);
  const context = await browser.newContext({viewport: {width, height}, colorScheme: theme});
  t.teardown(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) {
      complaints.push(`${response.status()} ${response.url()}`);
    }
  });
  await page.goto(url + hash);
  return {page, url, complaints};
}

/** One browser for all tests of a file. */
export function sharedBrowser(test: {before: (work: () => Promise<void>) => void; after: {always: (work: () => Promise<void>) => void}}): () => Browser {
  let browser: Browser | undefined;
  test.before(async () => {
    browser = await launchBrowser();
  });
  test.after.always(async () => browser?.close());
  return () => browser as Browser;
}
