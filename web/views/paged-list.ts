import type {Page} from '../../src/model/web-api.js';
import type {ListQuery} from '../data/api.js';
import {h} from '../draw/element.js';
import {formatCount} from '../draw/format.js';
import {failure} from '../draw/messages.js';
import {searchField} from '../draw/search-field.js';
import {type Column, table} from '../draw/table.js';
import {setParameters, type ViewContext, watchParameters} from './context.js';

export interface PagedList<Item> {
  readonly caption: string;
  readonly searchLabel: string;
  readonly columns: readonly Column<Item>[];
  /** Orders that `load` knows, the default first; empty where there is only one. */
  readonly sorts: readonly string[];
  readonly load: (query: ListQuery, sort: string, signal: AbortSignal) => Promise<Page<Item>>;
  /** Drawn instead of everything where the list has no item at all. */
  readonly empty: () => HTMLElement;
}

const pageSize = 50;

/** A table with search, order and pages, all of which stand in the address (`q`, `sort`, `offset`). */
export function pagedList<Item>(context: ViewContext, list: PagedList<Item>): HTMLElement {
  const {store, signal} = context;
  const results = h('div', {class: 'results', 'aria-live': 'polite'});
  const search = searchField(list.searchLabel, store.get().route.parameters.get('q') ?? '', (q) => setParameters(context, {q: q === '' ? null : q, offset: null}));
  const whole = h('section', {class: 'list'}, search, results);
  let loading = new AbortController();
  signal.addEventListener('abort', () => loading.abort());

  watchParameters(context, (parameters) => {
    loading.abort();
    loading = new AbortController();
    const query = {q: parameters.get('q') ?? '', offset: Number(parameters.get('offset') ?? 0), limit: pageSize};
    const sort = parameters.get('sort') ?? list.sorts[0] ?? '';
    const {signal: current} = loading;
    list.load(query, sort, current).then(
      (page) => {
        if (page.total === 0 && query.q === '') {
          whole.replaceChildren(list.empty());
          return;
        }
        const sorting = list.sorts.length === 0 ? null : {by: sort, change: (by: string) => setParameters(context, {sort: by, offset: null})};
        results.replaceChildren(table(list.caption, list.columns, page.items, sorting), page.total === 0 ? h('p', {class: 'dim'}, `Nothing matches “${query.q}”.`) : pager(context, page));
      },
      (error: unknown) => {
        if (!current.aborted) {
          results.replaceChildren(failure(error));
        }
      },
    );
  });
  return whole;
}

function pager<Item>(context: ViewContext, {offset, total, items}: Page<Item>): HTMLElement {
  const go = (to: number) => () => setParameters(context, {offset: to === 0 ? null : String(to)}, {push: true});
  const last = offset + items.length;
  return h(
    'nav',
    {class: 'pager', 'aria-label': 'Pages'},
    h('span', {class: 'dim'}, `${formatCount(offset + 1)}–${formatCount(last)} of ${formatCount(total)}`),
    ...(total <= pageSize ? [] : [button('[', '← Back', offset === 0, go(Math.max(0, offset - pageSize))), button(']', 'Next →', last >= total, go(last))]),
  );
}

function button(key: string, name: string, disabled: boolean, onclick: () => void): HTMLElement {
  return h('button', {type: 'button', class: 'button', 'data-key': key, disabled, onclick}, name);
}
