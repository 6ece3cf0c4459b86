import {type ContainerPath, pathToText} from './container-path.js';

/** A path as members of a JSON document: `NAME`, and beside it `NAMEEncoding: "percent"` where the path is not UTF-8. */
export function textMember(name: string, path: ContainerPath | null): Record<string, string | null> {
  if (path === null) {
    return {[name]: null};
  }
  const {text, encoded} = pathToText(path);
  return encoded ? {[name]: text, [`${name}Encoding`]: 'percent'} : {[name]: text};
}
