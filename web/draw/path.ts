import type {ApiPath} from '../../src/model/web-api.js';
import {h} from './element.js';

/** A path with its last part set off; whatever its bytes are, it neither breaks the line nor turns the text around it. */
export function pathElement({path, pathEncoded}: ApiPath): HTMLElement {
  const shown = showControls(path);
  const cut = shown.lastIndexOf('/') + 1;
  return h(
    'span',
    {class: 'path'},
    h('bdi', {}, h('span', {class: 'path-directory'}, shown.slice(0, cut)), shown.slice(cut)),
    pathEncoded === true ? encodedMark() : null,
  );
}

/** Names in one line, such as graph rows. */
export function nameElement(label: string, {pathEncoded}: ApiPath): HTMLElement {
  return h('span', {class: 'name'}, h('bdi', {}, showControls(label)), pathEncoded === true ? encodedMark() : null);
}

export function programName({path}: ApiPath): string {
  return path === '' ? 'unknown program' : showControls(path.slice(path.lastIndexOf('/') + 1));
}

/** Control characters and bidirectional overrides as escapes, since they would break the line or turn it around. */
export function showControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

function encodedMark(): HTMLElement {
  return h('span', {class: 'mark', title: 'This name is not UTF-8. It is shown percent-encoded; winnow keeps its bytes.'}, 'bytes');
}
