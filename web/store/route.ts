/** Where the page is: the address bar's hash is the only place that knows, so every view can be linked to. */
export type Place =
  | {readonly view: 'runs'}
  | {readonly view: 'run'; readonly id: string}
  | {readonly view: 'graph'; readonly id: string}
  | {readonly view: 'live'}
  | {readonly view: 'images'}
  | {readonly view: 'image'; readonly id: string}
  | {readonly view: 'ties'; readonly id: string}
  | {readonly view: 'unknown'};

export interface Route {
  readonly place: Place;
  /** The hash without its parameters: equal paths show the same view of the same thing. */
  readonly path: string;
  /** Search, page and what is open. */
  readonly parameters: URLSearchParams;
}

/** Reads `#/runs/ID/graph?q=text`. */
export function parseHash(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#/, ''), '?');
  return {place: placeOf(path.split('/').filter((part) => part !== '')), path, parameters: new URLSearchParams(query)};
}

export function hashOf(place: Exclude<Place, {view: 'unknown'}>, parameters: Readonly<Record<string, string>> = {}): string {
  return withParameters(`#/${segments(place).map(encodeURIComponent).join('/')}`, new URLSearchParams(parameters));
}

export function withParameters(path: string, parameters: URLSearchParams): string {
  const query = parameters.toString();
  return query === '' ? path : `${path}?${query}`;
}

function placeOf([view = 'runs', id, part, ...more]: readonly string[]): Place {
  if (more.length > 0) {
    return {view: 'unknown'};
  }
  switch (`${view}${id === undefined ? '' : '/ID'}${part === undefined ? '' : `/${part}`}`) {
    case 'runs':
      return {view: 'runs'};
    case 'runs/ID':
      return {view: 'run', id: decode(id)};
    case 'runs/ID/graph':
      return {view: 'graph', id: decode(id)};
    case 'live':
      return {view: 'live'};
    case 'images':
      return {view: 'images'};
    case 'images/ID':
      return {view: 'image', id: decode(id)};
    case 'images/ID/ties':
      return {view: 'ties', id: decode(id)};
    default:
      return {view: 'unknown'};
  }
}

function segments(place: Exclude<Place, {view: 'unknown'}>): string[] {
  switch (place.view) {
    case 'run':
      return ['runs', place.id];
    case 'graph':
      return ['runs', place.id, 'graph'];
    case 'image':
      return ['images', place.id];
    case 'ties':
      return ['images', place.id, 'ties'];
    case 'runs':
    case 'live':
    case 'images':
      return [place.view];
  }
}

function decode(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
