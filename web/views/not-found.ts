import {emptyState} from '../draw/messages.js';
import type {View} from './context.js';

export const notFoundView: View = ({place}) => {
  place.append(emptyState('There is no such page', 'The address names nothing that winnow shows. The pages are Runs, Live and Images, above.', null));
};
