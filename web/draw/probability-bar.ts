import {h, withVariable} from './element.js';
import {formatShare} from './format.js';

/** Estimate as a bar, its 95 % interval as a whisker, and both in words. */
export function probabilityBar(probability: number, [low, high]: readonly [number, number]): HTMLElement {
  const track = h('span', {class: 'probability-track', 'aria-hidden': 'true'}, h('span', {class: 'probability-fill'}), h('span', {class: 'probability-interval'}));
  withVariable(track, '--probability', probability);
  withVariable(track, '--low', low);
  withVariable(track, '--high', high);
  return h('span', {class: 'probability', title: `95 % interval: ${formatShare(low)} to ${formatShare(high)}`}, track, h('span', {class: 'probability-text'}, formatShare(probability)));
}
