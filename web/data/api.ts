import type {AccessGraph, FileSort, FileTie, ImageDetail, ImageFileRow, ImagePlan, ImageSummary, Page, RunDetail, RunRow, RunsPage} from '../../src/model/web-api.js';

/** What the server refused or could not do; `message` is its own line for a person. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly q: string;
}

export const getRuns = (query: ListQuery, signal: AbortSignal): Promise<RunsPage> => getJson('/api/runs', listParameters(query), signal);

export const getRun = (id: string, signal: AbortSignal): Promise<RunDetail> => getJson(`/api/runs/${encodeURIComponent(id)}`, [], signal);

export const getRunRows = (id: string, query: ListQuery, signal: AbortSignal): Promise<Page<RunRow>> =>
  getJson(`/api/runs/${encodeURIComponent(id)}/rows`, listParameters(query), signal);

/** `open` null lets the server choose what to open. */
export const getGraph = (id: string, open: readonly string[] | null, q: string, signal: AbortSignal): Promise<AccessGraph> =>
  getJson(`/api/runs/${encodeURIComponent(id)}/graph`, [['q', q], ...openParameters(open)], signal);

export const getImages = (signal: AbortSignal): Promise<readonly ImageSummary[]> => getJson('/api/images', [], signal);

export const getImage = (id: string, signal: AbortSignal): Promise<ImageDetail> => getJson(`/api/images/${encodeURIComponent(id)}/discovery`, [], signal);

export const getImagePlan = (id: string, signal: AbortSignal): Promise<ImagePlan> => getJson(`/api/images/${encodeURIComponent(id)}/plan`, [], signal);

export const getImageFiles = (id: string, query: ListQuery, sort: FileSort, signal: AbortSignal): Promise<Page<ImageFileRow>> =>
  getJson(`/api/images/${encodeURIComponent(id)}/files`, [...listParameters(query), ['sort', sort]], signal);

export const getImageTies = (id: string, query: ListQuery, signal: AbortSignal): Promise<Page<FileTie>> =>
  getJson(`/api/images/${encodeURIComponent(id)}/ties`, listParameters(query), signal);

type Parameters = readonly (readonly [name: string, value: string])[];

const listParameters = ({offset, limit, q}: ListQuery): Parameters => [['offset', String(offset)], ['limit', String(limit)], ['q', q]];

/** An empty name says that nothing is open, which is not the same as leaving it to the server. */
const openParameters = (open: readonly string[] | null): Parameters => (open === null ? [] : ['', ...open].map((id) => ['open', id] as const));

async function getJson<Answer>(path: string, parameters: Parameters, signal: AbortSignal): Promise<Answer> {
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, value]));
  const response = await fetch(`${path}?${query.toString()}`, {signal}).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new ApiError('the server does not answer; is winnow serve still running?', {cause});
  });
  const body: unknown = await response.json();
  if (!response.ok) {
    throw new ApiError((body as {error: string}).error);
  }
  return body as Answer;
}
