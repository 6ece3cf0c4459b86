import type {OperationTotal, RunDetail, RunRow} from '../../src/model/web-api.js';
import {getRun, getRunRows} from '../data/api.js';
import {chip, operationBadge, tile} from '../draw/badges.js';
import {h, withVariable} from '../draw/element.js';
import {formatClock, formatCount, formatCountOf, formatDay, formatDuration} from '../draw/format.js';
import {emptyState, failure, heading} from '../draw/messages.js';
import {pathElement, programName} from '../draw/path.js';
import {type Column, table} from '../draw/table.js';
import {kindOf} from '../layout/operations.js';
import {hashOf} from '../store/route.js';
import type {View, ViewContext} from './context.js';
import {pagedList} from './paged-list.js';
import {runState} from './runs.js';

export const runView =
  (id: string): View =>
  (context) => {
    getRun(id, context.signal).then(
      (run) => context.place.append(...parts(context, run)),
      (error: unknown) => {
        if (!context.signal.aborted) {
          context.place.append(heading('Run'), failure(error));
        }
      },
    );
  };

function parts(context: ViewContext, run: RunDetail): HTMLElement[] {
  const {runId, imageId, imageName, workload, startedMs, durationMs, backend, exitCode, totals} = run;
  return [
    heading(imageName === '' ? 'Unknown image' : imageName, chip(workload), runState(run)),
    h(
      'p',
      {class: 'dim facts'},
      `${formatDay(startedMs)} ${formatClock(startedMs)} · took ${formatDuration(durationMs)} · ${backend} probe · ${exitCode === null ? 'stopped' : `exit code ${exitCode}`} · `,
      h('code', {}, runId),
    ),
    run.incompleteReason === '' ? h('span', {hidden: true}) : h('p', {class: 'note'}, `This run is incomplete: ${run.incompleteReason}. It can show that a file is needed, never that one is not.`),
    h(
      'div',
      {class: 'tiles'},
      tile(formatCount(totals.paths), 'paths found', `${formatCount(totals.imagePaths)} of the image`),
      tile(formatCount(totals.accesses), 'accesses'),
      tile(formatCount(totals.programs), totals.programs === 1 ? 'program' : 'programs'),
      tile(formatCount(totals.absentPaths), 'looked for in vain'),
    ),
    h(
      'p',
      {class: 'actions'},
      h('a', {class: 'button button-main', href: hashOf({view: 'graph', id: runId})}, 'Access graph'),
      imageId === '' ? null : h('a', {class: 'button', href: hashOf({view: 'image', id: imageId})}, 'All runs of this image'),
    ),
    h('h2', {}, 'Operations'),
    operations(totals.operations),
    h('h2', {}, 'Accesses'),
    pagedList(context, {
      caption: 'Accesses of the run',
      searchLabel: 'Search path or program',
      columns: rowColumns,
      sorts: [],
      load: (query, _, signal) => getRunRows(runId, query, signal),
      empty: () => emptyState('Nothing was touched', 'The run ended before its container did anything. What does the image run?', `winnow profile ${imageName === '' ? 'IMAGE' : imageName}`),
    }),
  ];
}

const rowColumns: readonly Column<RunRow>[] = [
  {title: 'Path', cell: pathElement},
  {title: 'Operation', cell: ({op, errno}) => h('span', {class: 'steady'}, operationBadge(op), errno === 0 ? null : chip(`errno ${errno}`, 'plain', 'The call failed with this error number'))},
  {title: 'Times', align: 'end', cell: ({count}) => formatCount(count)},
  {title: 'Program', optional: true, cell: ({program, pid}) => h('span', {title: program.path}, programName(program), ' ', h('span', {class: 'dim'}, pid === 0 ? '' : pid))},
  {title: 'Where', optional: true, cell: ({origin}) => origin},
  {title: 'First after', align: 'end', optional: true, cell: ({firstAfterMs}) => formatDuration(firstAfterMs)},
];

function operations(totals: readonly OperationTotal[]): HTMLElement {
  const most = Math.max(1, ...totals.map(({paths}) => paths));
  const columns: readonly Column<OperationTotal>[] = [
    {title: 'Operation', cell: ({op}) => operationBadge(op)},
    {
      title: 'Paths',
      cell: ({op, paths}) => h('span', {class: 'bar-cell'}, withVariable(h('span', {class: `bar op-${kindOf(op)}`}), '--share', paths / most), formatCount(paths)),
    },
    {title: 'Accesses', align: 'end', cell: ({accesses}) => formatCount(accesses)},
    {title: 'Failed', align: 'end', cell: ({failed}) => h('span', {title: formatCountOf(failed, 'failed access', 'failed accesses')}, formatCount(failed))},
  ];
  return table('Operations by number of paths', columns, totals);
}
