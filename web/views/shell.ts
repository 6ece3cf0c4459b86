import {isRunning} from '../data/live-state.js';
import {h} from '../draw/element.js';
import type {AppStore} from '../store/app-state.js';
import {hashOf, type Place} from '../store/route.js';
import {keysDialog} from './keys-dialog.js';
import {nextTheme} from './theme.js';

const pages = [
  {view: 'runs', title: 'Runs', covers: ['runs', 'run', 'graph']},
  {view: 'live', title: 'Live', covers: ['live']},
  {view: 'images', title: 'Images', covers: ['images', 'image']},
] as const satisfies readonly {view: Place['view']; title: string; covers: readonly Place['view'][]}[];

export interface Shell {
  readonly elements: readonly HTMLElement[];
  readonly main: HTMLElement;
}

/** What stays while views come and go: the way to each page, the theme, the keys. */
export function makeShell(store: AppStore, signal: AbortSignal): Shell {
  const main = h('main', {id: 'main', tabindex: -1});
  const keys = keysDialog();
  const links = pages.map(({view, title}) => h('a', {href: hashOf({view})}, title, view === 'live' ? h('span', {class: 'live-dot', hidden: true}) : null));
  const theme = h('button', {type: 'button', class: 'button', 'data-key': 't', onclick: () => nextTheme(store)});
  const help = h('button', {type: 'button', class: 'button', 'aria-label': 'Show the keys', 'data-key': '?', onclick: () => keys.showModal()}, '?');
  const header = h(
    'header',
    {class: 'top'},
    h('a', {class: 'skip', href: '#main', onclick: (event) => { event.preventDefault(); main.focus(); }}, 'Skip to content'),
    h('a', {class: 'brand', href: hashOf({view: 'runs'}), 'aria-label': 'winnow, all runs'}, h('img', {src: '/icon.svg', alt: '', width: 24, height: 24}), h('span', {}, 'winnow')),
    h('nav', {'aria-label': 'Pages'}, ...links),
    h('div', {class: 'top-tools'}, theme, help),
  );

  store.watch(
    ({route}) => route.place.view,
    (current) => {
      for (const [index, {covers}] of pages.entries()) {
        setCurrent(links[index], covers.some((view) => view === current));
      }
    },
    signal,
  );
  store.watch(({live}) => live.runs.some(isRunning), (running) => showRunning(links[1], running), signal);
  store.watch(
    (state) => state.theme,
    (name) => {
      theme.textContent = {system: '◐', light: '☀', dark: '☾'}[name];
      theme.setAttribute('aria-label', `Theme: ${name}`);
      theme.title = `Theme: ${name}`;
    },
    signal,
  );
  return {elements: [header, main, keys], main};
}

function setCurrent(link: HTMLElement | undefined, isCurrent: boolean): void {
  if (isCurrent) {
    link?.setAttribute('aria-current', 'page');
  } else {
    link?.removeAttribute('aria-current');
  }
}

function showRunning(link: HTMLElement | undefined, running: boolean): void {
  link?.querySelector('.live-dot')?.toggleAttribute('hidden', !running);
  link?.setAttribute('aria-label', running ? 'Live, a run is going on' : 'Live');
}
