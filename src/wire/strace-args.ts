import {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import {AT_FDCWD, flagBits} from './calls.js';
import {type CallArgument, fcntlCommands, FIOCLEX, truncated} from './call-events.js';

const constants: Readonly<Record<string, number>> = {...flagBits, ...fcntlCommands, FIOCLEX, AT_FDCWD, NULL: 0};

/** Raw text of each argument, and what stands behind the closing parenthesis; null where there is none. */
export function splitArguments(text: string): {args: string[]; rest: string} | null {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') {
      index = endOfQuoted(text, index);
    } else if (char === '<' && /[\dA-Z]/.test(text[index - 1] ?? '') && text[index + 1] !== '<') {
      index = endOfAnnotation(text, index);
    } else if (char === '(' || char === '[' || char === '{') {
      depth += 1;
    } else if (depth > 0 && (char === ')' || char === ']' || char === '}')) {
      depth -= 1;
    } else if (depth === 0 && (char === ',' || char === ')')) {
      args.push(text.slice(start, index).trim());
      start = index + 1;
      if (char === ')') {
        return {args, rest: text.slice(start)};
      }
    }
  }
  return null;
}

/** What one argument says, as far as paths, descriptors and flags go. */
export function decodeArgument(text: string): CallArgument {
  if (text.startsWith('"')) {
    return text.endsWith('"...') ? truncated : unescape(text.slice(1, endOfQuoted(text, 0)));
  }
  const flags = /^(?:\{)?flags=([^,}\s]+)/.exec(text);
  if (flags?.[1] !== undefined) {
    return decodeNumber(flags[1]);
  }
  const descriptor = /^(-?\w+)<(.*)>(?:\(deleted\))?$/s.exec(text);
  if (descriptor?.[1] === undefined) {
    return decodeNumber(text);
  }
  const fd = decodeNumber(descriptor[1]);
  const path = annotatedPath(descriptor[2] ?? '');
  return fd === null || path === null ? fd : {fd, path};
}

/** Path of a descriptor as `strace -y` notes it; null for sockets, pipes and the like. */
export function annotatedPath(annotation: string): ContainerPath | null {
  return annotation.startsWith('/') ? unescape(annotation.replace(/<(?:char|block) [^<>]*>$/, '')) : null;
}

/** Sum of a number or of flags `A|B|0x8`; names of no use here count nothing. null for anything else. */
function decodeNumber(text: string): number | null {
  const bare = text.replace(/ ?\/\*.*$/s, '');
  if (!/^-?\w+(?:\|\w+)*$/.test(bare)) {
    return null;
  }
  return bare.split('|').reduce((sum, word) => sum + wordValue(word), 0);
}

function wordValue(word: string): number {
  if (/^-?(?:0x[\da-f]+|\d+)$/i.test(word)) {
    return /^0[0-7]+$/.test(word) ? Number.parseInt(word, 8) : Number(word);
  }
  return constants[word] ?? 0;
}

/** Bytes of a string in strace's C notation: octal, hex (-x) and letter escapes. */
function unescape(text: string): ContainerPath {
  if (!text.includes('\\') && !/[^\0-\x7f]/.test(text)) {
    return text;
  }
  const letters: Readonly<Record<string, string>> = {a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v'};
  const bytes = text.replaceAll(/\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/gs, (_, hex?: string, octal?: string, char = '') => {
    if (hex !== undefined) {
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    return octal === undefined ? letters[char as string] ?? (char as string) : String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
  });
  return pathFromBytes(Buffer.from(bytes, 'latin1'));
}

/** Index of the closing quote, or of the last character where none closes. */
function endOfQuoted(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') {
      index += 1;
    } else if (text[index] === '"') {
      return index;
    }
  }
  return text.length - 1;
}

/** Index of the ">" that closes the note of a descriptor; paths in it have their own ones escaped. */
function endOfAnnotation(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '<') {
      depth += 1;
    } else if (text[index] === '>') {
      depth -= 1;
      if (depth === 0) {
        return index;
      }
    }
  }
  return text.length - 1;
}
