import {type Child, h} from './element.js';

/** Nothing to show yet, and what to type to change that. */
export function emptyState(title: string, explanation: string, command: string | null): HTMLElement {
  return h('div', {class: 'empty'}, h('h2', {}, title), h('p', {}, explanation), command === null ? null : h('pre', {class: 'command'}, h('code', {}, command)));
}

export function failure(error: unknown): HTMLElement {
  return h('div', {class: 'failure', role: 'alert'}, h('strong', {}, 'This did not work. '), error instanceof Error ? error.message : String(error));
}

export function heading(title: Child, ...beside: Child[]): HTMLElement {
  return h('div', {class: 'heading'}, h('h1', {tabindex: -1}, title), ...beside);
}
