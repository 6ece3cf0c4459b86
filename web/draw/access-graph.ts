import type * as d3 from 'd3';
import type {AccessGraph, GraphNode} from '../../src/model/web-api.js';
import {type GraphLayout, layoutGraph, type PlacedLink, type PlacedNode, type PlacedProgram} from '../layout/graph-layout.js';
import {highlightOf} from '../layout/highlight.js';
import {kindOf} from '../layout/operations.js';
import {h, withVariable} from './element.js';
import {formatCount, formatCountOf} from './format.js';
import {nameElement, programName} from './path.js';

type D3 = typeof d3;

export interface GraphActions {
  readonly onToggle: (node: GraphNode) => void;
}

/** Programs and files are HTML, so they are read, focused and cut short like any text; d3 joins and draws the links. */
export class AccessGraphDrawing {
  readonly element = h('div', {class: 'graph'});
  readonly #d3: D3;
  readonly #actions: GraphActions;
  readonly #svg;
  readonly #programs = h('ul', {class: 'graph-programs', 'aria-label': 'Programs'});
  readonly #nodes = h('ul', {class: 'graph-nodes', 'aria-label': 'Directories and files'});
  #graph: AccessGraph | null = null;
  #pinned: {side: 'program' | 'node'; id: string} | null = null;

  constructor(library: D3, actions: GraphActions) {
    this.#d3 = library;
    this.#actions = actions;
    this.#svg = library.create('svg').attr('class', 'graph-links').attr('aria-hidden', 'true');
    this.element.append(this.#svg.node() ?? '', this.#programs, this.#nodes);
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  draw(graph: AccessGraph): void {
    const focused = this.#buttons().find((button) => button === document.activeElement);
    this.#graph = graph;
    this.#pinned = null;
    const layout = layoutGraph(graph, this.element.clientWidth);
    withVariable(this.element, '--graph-height', `${layout.height}px`);
    withVariable(this.element, '--programs-width', `${layout.programsWidth}px`);
    this.#programs.replaceChildren(...layout.programs.map((program) => this.#program(program)));
    this.#nodes.replaceChildren(...layout.nodes.map((node) => this.#node(node)));
    this.#drawLinks(layout);
    this.#light(null);
    if (focused !== undefined) {
      this.#column(focused).find((button) => button.dataset['id'] === focused.dataset['id'])?.focus();
    }
  }

  #drawLinks({width, height, links}: GraphLayout): void {
    const path = this.#d3.linkHorizontal<PlacedLink, readonly [number, number]>().source((link) => link.from).target((link) => link.to).x((point) => point[0]).y((point) => point[1]);
    this.#svg.attr('width', width).attr('height', height);
    this.#svg
      .selectAll<SVGPathElement, PlacedLink>('path')
      .data(links, (link) => `${link.program}\n${link.node}`)
      .join('path')
      .attr('class', (link) => `link op-${kindOf(link.op)}`)
      .attr('stroke-width', (link) => link.width)
      .attr('d', path);
  }

  #program(program: PlacedProgram): HTMLElement {
    const title = program.id === 'rest' ? 'other programs' : programName(program);
    const note = `${formatCountOf(program.paths, 'path')} · ${formatCountOf(program.processes, 'process', 'processes')}`;
    const button = h('button', {type: 'button', class: 'graph-program', 'data-id': program.id, 'aria-pressed': 'false', title: program.path}, nameElement(title, program), h('span', {class: 'dim'}, note));
    this.#listen(button, 'program', program.id);
    button.addEventListener('click', () => this.#pin('program', program.id));
    return withVariable(h('li', {}, button), '--top', `${program.top}px`);
  }

  #node(node: PlacedNode): HTMLElement {
    const canOpen = node.kind !== 'file';
    const count = node.kind === 'file' || node.paths === 0 ? null : h('span', {class: 'count'}, formatCount(node.paths));
    const button = h(
      'button',
      {type: 'button', class: `graph-node graph-${node.kind}`, 'data-id': node.id, title: node.path, ...(canOpen ? {'aria-expanded': String(node.open)} : {'aria-pressed': 'false'})},
      node.kind === 'directory' ? h('span', {class: 'chevron', 'aria-hidden': 'true'}) : null,
      nameElement(node.label, node),
      count,
    );
    this.#listen(button, 'node', node.id);
    button.addEventListener('click', () => (canOpen ? this.#actions.onToggle(node) : this.#pin('node', node.id)));
    return withVariable(withVariable(h('li', {}, button), '--top', `${node.top}px`), '--left', `${node.left}px`);
  }

  #listen(button: HTMLElement, side: 'program' | 'node', id: string): void {
    for (const name of ['mouseenter', 'focus']) {
      button.addEventListener(name, () => this.#light({side, id}));
    }
    for (const name of ['mouseleave', 'blur']) {
      button.addEventListener(name, () => this.#light(this.#pinned));
    }
  }

  #pin(side: 'program' | 'node', id: string): void {
    this.#pinned = this.#pinned?.side === side && this.#pinned.id === id ? null : {side, id};
    for (const button of this.#buttons().filter((each) => each.ariaPressed !== null)) {
      button.ariaPressed = String(this.#pinned?.id === button.dataset['id'] && (this.#pinned?.side === 'program') === isProgram(button));
    }
    this.#light(this.#pinned);
  }

  #light(chosen: {side: 'program' | 'node'; id: string} | null): void {
    const lit = chosen === null || this.#graph === null ? null : highlightOf(this.#graph, chosen.side, chosen.id);
    this.element.classList.toggle('has-choice', lit !== null);
    for (const button of this.#buttons()) {
      const ids = isProgram(button) ? lit?.programs : lit?.nodes;
      button.classList.toggle('is-lit', ids?.has(button.dataset['id'] ?? '') === true);
    }
    const isLit = (link: PlacedLink): boolean => lit !== null && (chosen?.side === 'program' ? link.program === chosen.id : lit.nodes.has(link.node));
    this.#svg.selectAll<SVGPathElement, PlacedLink>('path').classed('is-lit', isLit);
  }

  /** Arrow keys walk a column; right opens and left closes a directory. */
  #onKey(event: KeyboardEvent): void {
    const button = event.target as HTMLElement;
    const column = this.#column(button);
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const expanded = {ArrowRight: 'false', ArrowLeft: 'true'}[event.key];
    if (step !== undefined) {
      event.preventDefault();
      column[column.indexOf(button) + step]?.focus();
    } else if (expanded !== undefined && button.ariaExpanded === expanded) {
      event.preventDefault();
      button.click();
    }
  }

  /** The buttons on the same side as one of them. */
  #column(button: HTMLElement): HTMLElement[] {
    return this.#buttons().filter((each) => isProgram(each) === isProgram(button));
  }

  #buttons(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('button')];
  }
}

const isProgram = (button: HTMLElement): boolean => button.classList.contains('graph-program');
