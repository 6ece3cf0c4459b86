import {fileSorts} from '../model/web-api.js';
import {accessGraph} from './access-graph.js';
import {HttpError} from './http-error.js';
import {imageDetail, imageFiles, imagePlan, imageTies} from './image-api.js';
import type {Library} from './library.js';
import {parseChoice, parsePageQuery, parseSearch} from './query.js';
import {runDetail, runRows, runsPage} from './run-api.js';

/** Everything below /api/; docs/server.md describes each answer. */
type Route = readonly [pattern: RegExp, answer: (library: Library, id: string, parameters: URLSearchParams) => Promise<unknown>];

/** Opened directories named in one graph request; more than a picture has rows is no honest request. */
const maxOpen = 400;

const routes: readonly Route[] = [
  [/^\/api\/runs$/, async (library, _, parameters) => runsPage(await library.runs(), parsePageQuery(parameters))],
  [/^\/api\/runs\/([^/]+)$/, async (library, id) => runDetail(await library.run(id))],
  [/^\/api\/runs\/([^/]+)\/rows$/, async (library, id, parameters) => runRows(await library.run(id), parsePageQuery(parameters))],
  [
    /^\/api\/runs\/([^/]+)\/graph$/,
    async (library, id, parameters) => {
      const open = parameters.getAll('open').slice(0, maxOpen);
      return accessGraph((await library.run(id)).rows, {open: open.length === 0 ? null : new Set(open), q: parseSearch(parameters)});
    },
  ],
  [/^\/api\/images$/, async (library) => library.images()],
  [/^\/api\/images\/([^/]+)\/discovery$/, async (library, id) => imageDetail(await library.profile(id))],
  [/^\/api\/images\/([^/]+)\/plan$/, async (library, id) => imagePlan(await library.plan(id))],
  [
    /^\/api\/images\/([^/]+)\/ties$/,
    async (library, id, parameters) => imageTies(await library.profile(id), await library.relations(id), parsePageQuery(parameters)),
  ],
  [
    /^\/api\/images\/([^/]+)\/files$/,
    async (library, id, parameters) => imageFiles(await library.profile(id), parsePageQuery(parameters), parseChoice(parameters, 'sort', fileSorts)),
  ],
];

/** The document at an API path. @throws HttpError 404 where there is none, 400 where its parameters are malformed. */
export async function answerApi(library: Library, {pathname, searchParams}: URL): Promise<unknown> {
  for (const [pattern, answer] of routes) {
    const match = pattern.exec(pathname);
    if (match !== null) {
      return answer(library, decodeId(match[1] ?? ''), searchParams);
    }
  }
  throw new HttpError(404, 'there is nothing here');
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new HttpError(400, 'the address holds a malformed % sequence', {cause});
  }
}
