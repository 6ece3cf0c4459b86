import type {FrontPoint} from '../../src/model/debloat-config.js';
import type {ImageDetail, ImageFileRow, ImagePlan} from '../../src/model/web-api.js';
import {fileSorts} from '../../src/model/web-api.js';
import {getImage, getImageFiles, getImagePlan} from '../data/api.js';
import {tile} from '../draw/badges.js';
import {discoveryChart} from '../draw/discovery-chart.js';
import {h} from '../draw/element.js';
import {formatBytes, formatCount, formatCountOf, formatShare} from '../draw/format.js';
import {formatMisses, frontChart} from '../draw/front-chart.js';
import {emptyState, failure, heading} from '../draw/messages.js';
import {pathElement} from '../draw/path.js';
import {probabilityBar} from '../draw/probability-bar.js';
import {type Column, table} from '../draw/table.js';
import {hashOf} from '../store/route.js';
import type {View, ViewContext} from './context.js';
import {pagedList} from './paged-list.js';

export const imageView =
  (id: string): View =>
  (context) => {
    getImage(id, context.signal).then(
      (image) => context.place.append(...parts(context, id, image)),
      (error: unknown) => {
        if (!context.signal.aborted) {
          context.place.append(heading('Image'), failure(error));
        }
      },
    );
  };

function parts(context: ViewContext, id: string, {image, evidence, discovery, totals}: ImageDetail): HTMLElement[] {
  return [
    heading(image.name),
    h('p', {class: 'dim facts'}, h('code', {}, image.id.slice(0, 19)), ` · ${formatCountOf(image.layers.length, 'layer')}`),
    h('p', {class: 'statement'}, ...riskSentences({image, evidence, discovery, totals})),
    h(
      'div',
      {class: 'tiles'},
      tile(formatCount(totals.neededFiles), 'files needed', `of ${formatCount(totals.files)}`),
      tile(formatBytes(totals.neededBytes), 'needed', `of ${formatBytes(totals.bytes)}`),
      tile(formatCount(evidence.runs), evidence.runs === 1 ? 'run' : 'runs', formatCountOf(evidence.workloads.length, 'workload')),
      tile(formatShare(evidence.coverage), 'coverage', 'of what the next run touches'),
    ),
    evidence.flawedRuns === 0 ? h('span', {hidden: true}) : h('p', {class: 'note'}, `${formatCountOf(evidence.flawedRuns, 'run')} lost records or stopped early. Such runs can prove that a file is needed, never that it is not.`),
    h('h2', {}, 'Discovery'),
    h('p', {class: 'dim'}, 'Files known after so many runs. A curve that still climbs asks for more runs; its dashed end is the next run as expected.'),
    discoveryChart(discovery, evidence.runs, context.signal),
    h(
      'details',
      {},
      h('summary', {}, 'The curve as a table'),
      table('Files known after so many runs', [{title: 'Runs', align: 'end', cell: ({runs}) => formatCount(runs)}, {title: 'Files', align: 'end', cell: ({files}) => formatCount(Math.round(files))}, {title: '', cell: ({runs}) => (runs > evidence.runs ? 'expected' : '')}], discovery),
    ),
    h('h2', {}, 'Size against misses'),
    planPart(context, id),
    h('h2', {}, 'Files'),
    h('p', {}, h('a', {href: hashOf({view: 'ties', id})}, 'Which files come together')),
    pagedList(context, {
      caption: 'Files of the image',
      searchLabel: 'Search path or package',
      columns: fileColumns(evidence.runs),
      sorts: fileSorts,
      load: (query, sort, signal) => getImageFiles(id, query, fileSorts.find((each) => each === sort) ?? 'probability', signal),
      empty: () => emptyState('The image holds no files', 'Only an image made from nothing is like this.', null),
    }),
  ];
}

/** Comes after the rest, since planning takes longer than counting. */
function planPart({signal}: ViewContext, id: string): HTMLElement {
  const place = h('div', {}, h('p', {class: 'dim'}, 'Planning…'));
  getImagePlan(id, signal).then(
    (plan) => place.replaceChildren(...planParts(plan, signal)),
    (error: unknown) => {
      if (!signal.aborted) {
        place.replaceChildren(failure(error));
      }
    },
  );
  return place;
}

function planParts(plan: ImagePlan, signal: AbortSignal): HTMLElement[] {
  const {chosen, removedFiles, removedBytes, front} = plan;
  const rows = [chosen, ...thinned(front)].sort((a, b) => a.bytes - b.bytes);
  return [
    h('p', {class: 'dim'}, `No plan is smaller and misses fewer files than those on the line. The marked one, winnow plan's own, keeps what runs needed: ${formatBytes(chosen.bytes)}. It removes ${formatCountOf(removedFiles, 'file')}, ${formatBytes(removedBytes)}.`),
    frontChart(plan, signal),
    h(
      'details',
      {},
      h('summary', {}, 'The line as a table'),
      table('Plans by size', [{title: 'Kept', align: 'end', cell: ({bytes}) => formatBytes(bytes)}, {title: 'Files missed a run', align: 'end', cell: ({expectedMissesPerRun}) => formatMisses(expectedMissesPerRun)}, {title: '', cell: (point) => (point === chosen ? 'the plan' : '')}], rows),
    ),
  ];
}

/** About twenty points, the ends among them. */
function thinned(front: readonly FrontPoint[]): FrontPoint[] {
  const stride = Math.max(1, Math.ceil(front.length / 20));
  return front.filter((_, at) => at % stride === 0 || at === front.length - 1);
}

/** Above it, "fewer than 100 % of runs" would be all a bound can say. */
const sayingNothing = 0.99;

/** The two lines that say what the numbers promise. */
function riskSentences({evidence}: ImageDetail): (Node | string)[] {
  if (evidence.runs === 0) {
    return ['No complete run yet, so nothing can be promised.'];
  }
  const known = evidence.risk.upper95 > sayingNothing
    ? [`Too few runs differ to bound how often runs like your tests need a file that no test touched: ${evidence.distinctRuns} of ${evidence.runs} do. `]
    : ['With 95 % confidence, fewer than ', h('strong', {}, formatShare(evidence.risk.upper95)), ' of runs like your tests need a file that no test touched. '];
  const novel = evidence.newWorkloadRisk === null
    ? 'Profile a second kind of workload to learn how the rest would fare.'
    : `For a kind of test you have not run, the estimate is ${formatShare(evidence.newWorkloadRisk)}.`;
  return [...known, h('span', {class: 'dim'}, novel)];
}

function fileColumns(runs: number): readonly Column<ImageFileRow>[] {
  return [
    {title: 'Path', sort: 'path', cell: pathElement},
    {title: 'Needed next run', sort: 'probability', cell: ({probability, interval}) => probabilityBar(probability, interval)},
    {title: 'Size', sort: 'bytes', align: 'end', cell: ({type, bytes}) => (type === 'file' ? formatBytes(bytes) : h('span', {class: 'dim'}, type))},
    {title: 'Seen in', align: 'end', optional: true, cell: ({observedRuns, observedWorkloads, impliedBy}) => h('span', {title: impliedBy === null ? observedWorkloads.join(', ') : `needed by ${impliedBy.path}`}, `${formatCount(observedRuns)} of ${formatCount(runs)}`)},
    {title: 'Package', optional: true, cell: (file) => file.package ?? h('span', {class: 'dim'}, '–')},
  ];
}
