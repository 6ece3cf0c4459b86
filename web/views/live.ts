import type {LiveRow, LiveRun} from '../../src/model/web-api.js';
import {behindBy, isRunning, type LiveState} from '../data/live-state.js';
import {chip, operationBadge, tile} from '../draw/badges.js';
import {h} from '../draw/element.js';
import {foundCurve} from '../draw/found-curve.js';
import {formatCount, formatDuration} from '../draw/format.js';
import {emptyState, heading} from '../draw/messages.js';
import {pathElement, programName} from '../draw/path.js';
import {type Column, table} from '../draw/table.js';
import {hashOf} from '../store/route.js';
import type {View} from './context.js';

/** While paused the page draws the state it had; the stream goes on, so "behind by" stays true. */
export const liveView: View = ({place, store, signal}) => {
  let frozen: LiveState | null = null;
  const pause = h('button', {type: 'button', class: 'button', 'data-key': 'p', onclick: () => togglePause()}, 'Pause');
  const behind = h('span', {class: 'behind', role: 'status'});
  const notice = h('div', {});
  const cards = h('div', {class: 'live'});
  const latestRows = h('div', {});
  const cardOf = new WeakMap<LiveRun, HTMLElement>();
  place.append(heading('Live', behind, pause), notice, cards, latestRows);

  const draw = (latest: LiveState): void => {
    const shown = frozen ?? latest;
    pause.hidden = shown.runs.length === 0;
    behind.replaceChildren(...behindChips(behindBy(shown, latest), latest.skippedRows));
    notice.replaceChildren(...notices(latest));
    replaceIfNew(cards, shown.runs.map((run) => remembered(cardOf, run, runCard)));
    latestRows.replaceChildren(...rowsTable(shown));
  };
  const togglePause = (): void => {
    frozen = frozen === null ? store.get().live : null;
    pause.textContent = frozen === null ? 'Pause' : 'Resume';
    draw(store.get().live);
  };
  store.watch(({live}) => live, draw, signal);
};

/** A card that did not change keeps its element, so that a link can be pressed while others move. */
function remembered<Key extends object>(elements: WeakMap<Key, HTMLElement>, key: Key, make: (key: Key) => HTMLElement): HTMLElement {
  const element = elements.get(key) ?? make(key);
  elements.set(key, element);
  return element;
}

function replaceIfNew(place: HTMLElement, elements: readonly HTMLElement[]): void {
  if (elements.length !== place.childElementCount || elements.some((element, index) => element !== place.children[index])) {
    place.replaceChildren(...elements);
  }
}

function behindChips(behind: number, skipped: number): Node[] {
  return [
    ...(behind === 0 ? [] : [chip(`behind by ${formatCount(behind)}`, 'warn', 'First sights that came while this page was paused')]),
    ...(skipped === 0 ? [] : [chip(`${formatCount(skipped)} counted only`, 'plain', 'First sights that came too fast to be listed one by one. They are in the counters and in the run.')]),
  ];
}

function notices({connection, runs}: LiveState): HTMLElement[] {
  if (connection === 'lost') {
    return [h('p', {class: 'note', role: 'alert'}, 'The stream is cut; trying again. Is winnow serve still running?')];
  }
  const nothing = 'While a container is being profiled, its first look at each file shows up here. Start one in another terminal:';
  return runs.length === 0 ? [emptyState('Nothing is running', nothing, 'winnow profile IMAGE')] : [];
}

function rowsTable({runs, rows}: LiveState): HTMLElement[] {
  return rows.length === 0 ? [] : [h('h2', {}, 'Latest first sights'), table('Latest first sights, newest first', columns(runs), rows)];
}

function runCard(run: LiveRun): HTMLElement {
  const phase = isRunning(run) ? chip(run.phase, 'good') : h('a', {class: 'button', href: hashOf({view: 'run', id: run.replayOf ?? run.runId})}, 'Open the run');
  return h(
    'article',
    {class: 'card'},
    h('div', {class: 'card-head'}, h('strong', {}, run.imageName), chip(run.workload), run.replayOf === null ? null : chip('replay', 'plain', `Shows run ${run.replayOf} again; it is no new evidence`), phase),
    h(
      'div',
      {class: 'tiles'},
      tile(formatCount(run.files), 'files found'),
      tile(formatCount(run.newFiles), 'not seen in any run before'),
      tile(formatCount(run.rows), 'first sights'),
      tile(formatCount(run.lostRecords), 'lost', run.lostRecords > 0 ? 'this run can’t justify a removal' : ''),
    ),
    foundCurve(run.found),
  );
}

const columns = (runs: readonly LiveRun[]): readonly Column<LiveRow>[] => [
  {
    title: 'After',
    align: 'end',
    cell: ({runId, firstMs}) => formatDuration(Math.max(0, firstMs - (runs.find((run) => run.runId === runId)?.startedMs ?? firstMs))),
  },
  {title: 'Operation', cell: ({op, errno}) => h('span', {class: 'steady'}, operationBadge(op), errno === 0 ? null : chip('absent or refused', 'plain', `errno ${errno}`))},
  {title: 'Path', cell: pathElement},
  {title: 'Program', optional: true, cell: ({program}) => h('span', {title: program.path}, programName(program))},
];
