import {type ContainerPath, pathToText, percentEncoded, type TextPath} from '../model/container-path.js';

/** Whether the path fits on one line. */
export const isOneLine = (path: ContainerPath): boolean => !path.includes('\n');

/** Whether the path is valid UTF-8. */
export const isUnicode = (path: ContainerPath): boolean => path.isWellFormed();

/** Whether a reader that trims lines changes the path: white space as Go's strings.TrimSpace and Rust's str::trim know it. */
export const hasOuterSpace = (path: ContainerPath): boolean => /^[\s\x85]|[\s\x85]$/u.test(path);

// What XML 1.0 can't say at all (section 2.2), with the line breaks that its readers normalise, and DEL and C1 beside them.
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const unprintable = /[\x00-\x1f\x7f-\x9f\ufffe\uffff]/;

/** A path for documents that people look at: percent-encoded and marked where it isn't UTF-8 or holds control characters. */
export function printablePath(path: ContainerPath): TextPath {
  return unprintable.test(path) ? percentEncoded(path) : pathToText(path);
}
