import {type ContainerPath, pathFromText, pathToText} from '../model/container-path.js';
import type {ApiPath} from '../model/web-api.js';

export function apiPath(path: ContainerPath): ApiPath {
  const {text, encoded} = pathToText(path);
  return encoded ? {path: text, pathEncoded: true} : {path: text};
}

/** One unambiguous word for a path: absolute paths stand as they are, percent-encoded ones get a "%" in front. */
export function pathKey(path: ContainerPath): string {
  const {text, encoded} = pathToText(path);
  return encoded ? `%${text}` : text;
}

export function pathFromKey(key: string): ContainerPath {
  const encoded = key.startsWith('%');
  return pathFromText({text: encoded ? key.slice(1) : key, encoded});
}

/** Case-insensitive search over what the browser shows of a path. */
export function pathMatches(path: ContainerPath, query: string): boolean {
  return query === '' || pathToText(path).text.toLowerCase().includes(query.toLowerCase());
}
