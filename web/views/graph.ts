import type {AccessGraph, GraphLink, GraphNode} from '../../src/model/web-api.js';
import {getGraph} from '../data/api.js';
import {AccessGraphDrawing} from '../draw/access-graph.js';
import {operationBadge} from '../draw/badges.js';
import {h} from '../draw/element.js';
import {formatCount, formatCountOf} from '../draw/format.js';
import {emptyState, failure, heading} from '../draw/messages.js';
import {nameElement, pathElement, programName} from '../draw/path.js';
import {searchField} from '../draw/search-field.js';
import {type Column, table} from '../draw/table.js';
import {operationKinds} from '../layout/operations.js';
import {hashOf} from '../store/route.js';
import {setParameters, type View, type ViewContext, watchParameters} from './context.js';

export const graphView =
  (id: string): View =>
  (context) => {
    const {place, store, signal} = context;
    const picture = h('div', {class: 'graph-frame', 'aria-live': 'off'});
    place.append(
      heading('Access graph', h('a', {class: 'button', href: hashOf({view: 'run', id})}, 'Back to the run')),
      h('div', {class: 'graph-tools'}, searchField('Search path or program', store.get().route.parameters.get('q') ?? '', (q) => setParameters(context, {q: q === '' ? null : q})), legend()),
      picture,
    );
    void start(context, id, picture).catch((error: unknown) => {
      if (!signal.aborted) {
        picture.replaceChildren(failure(error));
      }
    });
  };

async function start(context: ViewContext, id: string, picture: HTMLElement): Promise<void> {
  const d3 = await import('d3');
  const {signal} = context;
  const drawing = new AccessGraphDrawing(d3, {onToggle: (node) => setParameters(context, {open: toggled(current, node)})});
  const beside = h('div', {});
  let current: AccessGraph | null = null;
  let loading = new AbortController();
  signal.addEventListener('abort', () => loading.abort());

  const show = (graph: AccessGraph): void => {
    current = graph;
    if (graph.links.length === 0) {
      picture.replaceChildren(emptyState('Nothing to draw', 'No successful access matches. Clear the search, or look at the run’s own list.', null));
      return;
    }
    if (!drawing.element.isConnected) {
      picture.replaceChildren(drawing.element, beside); // not again: moving an element takes its focus away
    }
    beside.replaceChildren(leftOut(graph), linkTable(graph));
    drawing.draw(graph);
  };
  let width = picture.clientWidth;
  const resizes = new ResizeObserver(() => {
    if (current !== null && picture.clientWidth !== width) {
      width = picture.clientWidth;
      show(current);
    }
  });
  resizes.observe(picture);
  signal.addEventListener('abort', () => resizes.disconnect());

  watchParameters(context, (parameters) => {
    loading.abort();
    loading = new AbortController();
    const {signal: own} = loading;
    const open = parameters.has('open') ? parameters.getAll('open') : null;
    getGraph(id, open, parameters.get('q') ?? '', own).then(show, (error: unknown) => {
      if (!own.aborted) {
        picture.replaceChildren(failure(error));
      }
    });
  });
}

/** What is open after a press on a directory: all that is open now, with it or without it. */
function toggled(graph: AccessGraph | null, pressed: GraphNode): string[] {
  const open = (graph?.nodes ?? []).filter((node) => node.open && node.id !== pressed.id).map((node) => node.id);
  return pressed.open ? ['', ...open] : [...open, pressed.id];
}

function legend(): HTMLElement {
  const names = {exec: 'run', map: 'mapped', read: 'read', change: 'changed', look: 'looked at'};
  return h('ul', {class: 'legend', 'aria-label': 'Colours of the links'}, ...operationKinds.map((kind) => h('li', {class: `op op-${kind}`}, names[kind])));
}

function leftOut({leftOut: {programs, paths, links, failedAccesses}}: AccessGraph): HTMLElement {
  const parts = [
    programs === 0 ? '' : `${formatCountOf(programs, 'program')} summed up as “other programs”`,
    paths === 0 ? '' : `${formatCountOf(paths, 'path')} summed up as “more”`,
    links === 0 ? '' : `${formatCountOf(links, 'thin link')} left out`,
    failedAccesses === 0 ? '' : `${formatCountOf(failedAccesses, 'failed access', 'failed accesses')} not drawn`,
  ].filter((part) => part !== '');
  return h('p', {class: 'dim'}, parts.length === 0 ? 'The picture holds the whole run.' : `${parts.join(', ')}.`);
}

const maxTableRows = 200;

function linkTable({programs, nodes, links}: AccessGraph): HTMLElement {
  const programOf = new Map(programs.map((program) => [program.id, program]));
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const columns: readonly Column<GraphLink>[] = [
    {
      title: 'Program',
      cell: (link) => {
        const program = programOf.get(link.program);
        return program === undefined || link.program === 'rest' ? 'other programs' : nameElement(programName(program), program);
      },
    },
    {
      title: 'Directory or file',
      cell: (link) => {
        const node = nodeOf.get(link.node);
        return node === undefined ? '' : pathElement(node);
      },
    },
    {title: 'Paths', align: 'end', cell: ({paths}) => formatCount(paths)},
    {title: 'Accesses', align: 'end', optional: true, cell: ({accesses}) => formatCount(accesses)},
    {title: 'Mostly', cell: ({op}) => operationBadge(op)},
  ];
  const details = h('details', {}, h('summary', {}, links.length > maxTableRows ? `The ${maxTableRows} thickest links as a table` : 'The picture as a table'));
  details.addEventListener('toggle', () => details.append(table('Links between programs and files', columns, links.slice(0, maxTableRows))), {once: true});
  return details;
}
