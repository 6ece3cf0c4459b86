import type {ImageSummary} from '../../src/model/web-api.js';
import {getImages} from '../data/api.js';
import {chip} from '../draw/badges.js';
import {h} from '../draw/element.js';
import {formatCount, formatDay} from '../draw/format.js';
import {emptyState, failure, heading} from '../draw/messages.js';
import {type Column, table} from '../draw/table.js';
import {hashOf} from '../store/route.js';
import type {View} from './context.js';

export const imagesView: View = ({place, signal}) => {
  getImages(signal).then(
    (images) => {
      place.append(heading('Images'), images.length === 0 ? emptyState('No images yet', 'An image appears here once a run of it is in the store:', 'winnow profile IMAGE') : table('Images, latest used first', columns, images));
    },
    (error: unknown) => {
      if (!signal.aborted) {
        place.append(heading('Images'), failure(error));
      }
    },
  );
};

const columns: readonly Column<ImageSummary>[] = [
  {
    title: 'Image',
    cell: ({id, name}) => h('a', {class: 'row-link', href: hashOf({view: 'image', id})}, h('strong', {}, name), h('code', {class: 'dim'}, id.slice(0, 19))),
  },
  {title: 'Runs', align: 'end', cell: ({runs}) => formatCount(runs)},
  {title: 'Workloads', align: 'end', cell: ({workloads}) => formatCount(workloads)},
  {title: 'Last run', optional: true, cell: ({lastRunMs}) => (lastRunMs === null ? '–' : formatDay(lastRunMs))},
  {title: 'Files', cell: ({indexed}) => (indexed ? chip('listed', 'good') : chip('not listed', 'warn', 'The file list of this image is not in the store; winnow train IMAGE reads it.'))},
];
