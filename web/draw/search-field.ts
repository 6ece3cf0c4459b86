import {h} from './element.js';

/** Long enough to type a word in one go, short enough to feel immediate. */
const settleMs = 150;

/** A search box; "/" focuses it (keys.ts). `onSearch` is told when typing rests. */
export function searchField(label: string, initial: string, onSearch: (text: string) => void): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const input = h('input', {
    type: 'search',
    class: 'search',
    placeholder: label,
    'aria-label': label,
    'aria-keyshortcuts': '/',
    value: initial,
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => onSearch(input.value), settleMs);
    },
  });
  return h('div', {class: 'search-box'}, input, h('kbd', {'aria-hidden': 'true'}, '/'));
}
