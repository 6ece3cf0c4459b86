import {type Child, h} from './element.js';

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => Child;
  readonly align?: 'end';
  /** Left out on a narrow screen. */
  readonly optional?: true;
  /** Name of the order that a press on the title asks for. */
  readonly sort?: string;
}

export interface Sorting {
  readonly by: string;
  readonly change: (by: string) => void;
}

export function table<Item>(caption: string, columns: readonly Column<Item>[], items: readonly Item[], sorting: Sorting | null = null): HTMLElement {
  const head = h('tr', {}, ...columns.map((column) => headerCell(column, sorting)));
  const rows = items.map((item) => h('tr', {}, ...columns.map((column) => h('td', {class: classOf(column)}, column.cell(item)))));
  return h('div', {class: 'table-frame'}, h('table', {}, h('caption', {class: 'unseen'}, caption), h('thead', {}, head), h('tbody', {}, ...rows)));
}

function headerCell<Item>(column: Column<Item>, sorting: Sorting | null): HTMLElement {
  const {sort, title} = column;
  if (sort === undefined || sorting === null) {
    return h('th', {scope: 'col', class: classOf(column)}, title);
  }
  const isCurrent = sorting.by === sort;
  return h(
    'th',
    {scope: 'col', class: classOf(column), 'aria-sort': isCurrent ? (sort === 'path' ? 'ascending' : 'descending') : 'none'},
    h('button', {type: 'button', class: 'sort', onclick: () => sorting.change(sort)}, title, isCurrent ? h('span', {'aria-hidden': 'true'}, sort === 'path' ? ' ↑' : ' ↓') : null),
  );
}

function classOf<Item>({align, optional}: Column<Item>): string {
  return [align === 'end' ? 'end' : '', optional === true ? 'optional' : ''].filter((name) => name !== '').join(' ');
}
