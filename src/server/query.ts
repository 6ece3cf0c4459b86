import {HttpError} from './http-error.js';

export interface PageQuery {
  readonly offset: number;
  /** 1 to 500. */
  readonly limit: number;
  /** Search text, '' for all. */
  readonly q: string;
}

const maxLimit = 500;
const maxSearchLength = 1000;

/** `offset`, `limit` and `q` of a list. @throws HttpError 400 on anything malformed. */
export function parsePageQuery(parameters: URLSearchParams): PageQuery {
  return {
    offset: parseCount(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER),
    limit: Math.max(1, parseCount(parameters, 'limit', 100, maxLimit)),
    q: parseSearch(parameters),
  };
}

export function parseSearch(parameters: URLSearchParams): string {
  const q = parameters.get('q') ?? '';
  if (q.length > maxSearchLength) {
    throw new HttpError(400, `q is longer than ${maxSearchLength} characters`);
  }
  return q;
}

/** One of `choices`, or the first where the parameter is absent. */
export function parseChoice<Choice extends string>(parameters: URLSearchParams, name: string, choices: readonly [Choice, ...Choice[]]): Choice {
  const text = parameters.get(name) ?? choices[0];
  const choice = choices.find((each) => each === text);
  if (choice === undefined) {
    throw new HttpError(400, `${name} is one of ${choices.join(', ')}`);
  }
  return choice;
}

function parseCount(parameters: URLSearchParams, name: string, otherwise: number, max: number): number {
  const text = parameters.get(name) ?? String(otherwise);
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) {
    throw new HttpError(400, `${name} is a whole number from 0 to ${max}`);
  }
  return value;
}
