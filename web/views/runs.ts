import type {RunSummary} from '../../src/model/web-api.js';
import {getRuns} from '../data/api.js';
import {chip} from '../draw/badges.js';
import {h} from '../draw/element.js';
import {formatClock, formatCount, formatDay, formatDuration} from '../draw/format.js';
import {emptyState, heading} from '../draw/messages.js';
import type {Column} from '../draw/table.js';
import {hashOf} from '../store/route.js';
import type {View} from './context.js';
import {pagedList} from './paged-list.js';

export const runsView: View = (context) => {
  const problems = h('div', {});
  context.place.append(
    heading('Runs'),
    problems,
    pagedList(context, {
      caption: 'Runs, latest first',
      searchLabel: 'Search image, workload or id',
      columns,
      sorts: [],
      load: async (query, _, signal) => {
        const page = await getRuns(query, signal);
        problems.replaceChildren(...page.problems.map((problem) => h('p', {class: 'note'}, problem)));
        return page;
      },
      empty: () => emptyState('No runs yet', 'A run records which files a container touches while it works. Profile an image to make the first one:', 'winnow profile IMAGE'),
    }),
  );
};

const columns: readonly Column<RunSummary>[] = [
  {
    title: 'Run',
    cell: ({runId, imageName, workload}) =>
      h('a', {class: 'row-link', href: hashOf({view: 'run', id: runId})}, h('strong', {}, imageName === '' ? 'unknown image' : imageName), h('span', {class: 'dim'}, workload)),
  },
  {title: 'Started', cell: ({startedMs}) => h('span', {class: 'when'}, h('span', {}, formatDay(startedMs)), h('span', {class: 'dim'}, formatClock(startedMs)))},
  {title: 'Took', align: 'end', optional: true, cell: ({durationMs}) => formatDuration(durationMs)},
  {title: 'Accesses', align: 'end', optional: true, cell: ({capturedRecords}) => formatCount(capturedRecords)},
  {title: 'Probe', optional: true, cell: ({backend}) => backend},
  {title: 'State', cell: runState},
];

/** One word on how far a run can be trusted. */
export function runState({complete, incompleteReason, lostRecords}: RunSummary): HTMLElement {
  if (lostRecords > 0) {
    return chip(`lost ${formatCount(lostRecords)}`, 'bad', 'The probe could not deliver these accesses; this run never justifies a removal.');
  }
  return complete ? chip('complete', 'good') : chip('incomplete', 'warn', incompleteReason);
}
