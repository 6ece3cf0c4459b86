import {h} from '../draw/element.js';

const keys: readonly (readonly [key: string, what: string])[] = [
  ['?', 'show these keys'],
  ['/', 'search on this page'],
  ['r', 'runs'],
  ['l', 'live'],
  ['i', 'images'],
  ['[  ]', 'page back, next page'],
  ['p', 'pause or resume the live stream'],
  ['↑ ↓', 'walk through a column of the graph'],
  ['→ ←', 'open and close a directory of the graph'],
  ['t', 'theme: as the system, light, dark'],
  ['Esc', 'leave a field or this list'],
];

export function keysDialog(): HTMLDialogElement {
  const dialog = h(
    'dialog',
    {class: 'keys', 'aria-labelledby': 'keys-title'},
    h('h2', {id: 'keys-title'}, 'Keys'),
    h('dl', {}, ...keys.flatMap(([key, what]) => [h('dt', {}, ...key.split(/ +/).map((each) => h('kbd', {}, each))), h('dd', {}, what)])),
    h('button', {type: 'button', class: 'button', onclick: () => dialog.close()}, 'Close'),
  );
  return dialog;
}
