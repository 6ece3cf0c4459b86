import type {FileTie} from '../../src/model/web-api.js';
import {getImageTies} from '../data/api.js';
import {h} from '../draw/element.js';
import {formatCount} from '../draw/format.js';
import {emptyState, heading} from '../draw/messages.js';
import {pathElement} from '../draw/path.js';
import {probabilityBar} from '../draw/probability-bar.js';
import type {Column} from '../draw/table.js';
import {hashOf} from '../store/route.js';
import type {View} from './context.js';
import {pagedList} from './paged-list.js';

export const tiesView =
  (id: string): View =>
  (context) =>
    context.place.append(
      heading('Files that come together'),
      h('p', {class: 'dim'}, 'By the complete runs of ', h('a', {href: hashOf({view: 'image', id})}, 'this image'), ': the same runs needed both (the share of those that needed either), or the second was the next file needed after the first (how often). Of files that exactly the same runs needed the first by name stands for all.'),
      pagedList(context, {
        caption: 'Ties between files, the strongest first',
        searchLabel: 'Search path, co-access or successor',
        columns,
        sorts: [],
        load: (query, _, signal) => getImageTies(id, query, signal),
        empty: () => emptyState('No ties yet', 'They show once a complete run needed two files of the image:', 'winnow profile IMAGE'),
      }),
    );

const columns: readonly Column<FileTie>[] = [
  {title: 'File', cell: ({from}) => pathElement(from)},
  {title: 'Tie', cell: ({kind}) => (kind === 'co-access' ? 'needed with' : 'followed by')},
  {title: 'File', cell: ({to}) => pathElement(to)},
  {title: 'Weight', cell: ({weight}) => probabilityBar(weight, [weight, weight])},
  {title: 'Lift', align: 'end', optional: true, cell: ({lift}) => (lift === null ? h('span', {class: 'dim'}, '–') : h('span', {title: 'Runs that needed both, over what chance would make it; 1 tells nothing.'}, String(Number(lift.toPrecision(2)))))},
  {title: 'Runs', align: 'end', optional: true, cell: ({runs}) => formatCount(runs)},
];
