import type {Operation} from '../../src/model/access.js';
import {kindOf} from '../layout/operations.js';
import {h} from './element.js';

export function operationBadge(op: Operation): HTMLElement {
  return h('span', {class: `op op-${kindOf(op)}`}, op);
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad';

export function chip(text: string, tone: Tone = 'plain', title = ''): HTMLElement {
  return h('span', {class: `chip chip-${tone}`, title: title === '' ? false : title}, text);
}

/** A number with its name below; the page's first glance. */
export function tile(value: string, name: string, note = ''): HTMLElement {
  return h('div', {class: 'tile'}, h('div', {class: 'tile-value'}, value), h('div', {class: 'tile-name'}, name), note === '' ? null : h('div', {class: 'tile-note'}, note));
}
