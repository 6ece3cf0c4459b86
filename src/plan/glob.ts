import type {ContainerPath} from '../model/container-path.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';

/**
 * A test of paths against one pattern, in the manner of .gitignore: "*" and "?" stay within one name, "**" crosses
 * directories, "[a-z]" and "[!a-z]" are one character, "\" takes the next character as itself. A pattern without "/"
 * is a name in any directory; one with "/" starts at the root. What matches a directory matches all it holds.
 * @throws WinnowError (usage) for an empty pattern and for a range that runs backwards
 */
export function compileGlob(glob: string): (path: ContainerPath) => boolean {
  const names = glob.replace(/^\//, '').replace(/\/$/, '');
  const anywhere = /^\/|\/./.test(glob) ? '' : '(?:.*/)?';
  try {
    if (names === '') {
      throw new SyntaxError('empty pattern');
    }
    const expression = new RegExp(`^/${anywhere}${translate(names)}(?:/.*)?$`, 'su');
    return (path) => expression.test(path);
  } catch (cause) {
    throw new WinnowError(`"${glob}" is not a pattern of paths`, {exitCode: ExitCode.usage, hint: "quote one such as '/usr/share/zoneinfo' or '*.pem'", cause});
  }
}

const token = /\*\*\/|\*\*|\*|\?|\[([!^]?)([^\]]+)\]|\\?([^])/gu;

function translate(glob: string): string {
  return glob.replaceAll(token, (text: string, negation: string | undefined, set: string | undefined, literal: string | undefined) => {
    switch (text) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      default:
        return set === undefined
          ? (literal ?? '').replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
          : `(?!/)[${negation === '' ? '' : '^'}${set.replaceAll(/[\\^[]/g, '\\$&')}]`;
    }
  });
}
