import {Buffer} from 'node:buffer';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';

/** Bytes of a file's start that are kept: most program headers and interpreter names lie there. */
const headBytes = 4096;
/** A "#!" line is looked for in so many bytes (BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h). */
const scriptLineBytes = 256;
/** PATH_MAX; the kernel takes no longer PT_INTERP. */
const maxInterpreterBytes = 4096;
/** The kernel takes no larger table of program headers (load_elf_phdrs, fs/binfmt_elf.c). */
const maxProgramHeaderBytes = 65_536;
const programHeaderInterp = 3;

interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Asks for ranges of the file and returns the interpreter. */
type Parser = Generator<Range, ContainerPath | null, Buffer>;

/**
 * The program a file names to be run by: an ELF file's PT_INTERP or a script's "#!", as fs/binfmt_elf.c and binfmt_script.c
 * find it; read while the content streams by, with memory for its first 4 KiB and the range looked for.
 */
export class InterpreterScanner {
  readonly #parser: Parser = parse();
  #step = this.#parser.next();
  #head: Buffer = Buffer.alloc(0);
  /** What is there of the range asked for. */
  #found: Buffer = Buffer.alloc(0);
  #position = 0;

  push(chunk: Buffer): void {
    if (this.#step.done === true) {
      return;
    }
    if (this.#head.length < headBytes) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, headBytes - this.#head.length)]);
    }
    this.#advance(chunk, this.#position, false);
    this.#position += chunk.length;
  }

  /** Call it once, when all content was pushed. Null where the file names no interpreter, or none the kernel would take. */
  finish(): ContainerPath | null {
    this.#advance(Buffer.alloc(0), this.#position, true);
    return this.#step.done === true ? this.#step.value : null;
  }

  #advance(chunk: Buffer, chunkOffset: number, atEnd: boolean): void {
    while (this.#step.done !== true) {
      this.#collect(this.#step.value, this.#head, 0);
      this.#collect(this.#step.value, chunk, chunkOffset);
      if (this.#found.length < this.#step.value.bytes && !atEnd) {
        return;
      }
      const found = this.#found;
      this.#found = Buffer.alloc(0);
      this.#step = this.#parser.next(found);
    }
  }

  #collect({offset, bytes}: Range, source: Buffer, sourceOffset: number): void {
    const from = offset + this.#found.length - sourceOffset;
    if (from >= 0 && from < source.length) {
      this.#found = Buffer.concat([this.#found, source.subarray(from, from + bytes - this.#found.length)]);
    }
  }
}

/** A range that the file ends in, or that has streamed by already, comes short; each step decides whether that will do. */
function* parse(): Parser {
  const start = yield {offset: 0, bytes: 4};
  if (start.toString('latin1', 0, 2) === '#!') {
    return scriptInterpreter(yield {offset: 0, bytes: scriptLineBytes});
  }
  return start.toString('latin1') === '\x7fELF' ? yield* parseElf() : null;
}

function* parseElf(): Parser {
  const header = yield {offset: 0, bytes: 64};
  const is64 = header[4] === 2;
  if (header.length < (is64 ? 64 : 52)) {
    return null;
  }
  const isLittleEndian = header[5] === 1;
  const table = is64
    ? {offset: readWord(header, 32, isLittleEndian), entryBytes: 56, count: readHalf(header, 56, isLittleEndian)}
    : {offset: readInt(header, 28, isLittleEndian), entryBytes: 32, count: readHalf(header, 44, isLittleEndian)};
  const tableBytes = table.entryBytes * table.count;
  if (tableBytes === 0 || tableBytes > maxProgramHeaderBytes) {
    return null;
  }
  const programHeaders = yield {offset: table.offset, bytes: tableBytes};
  for (let at = 0; at + table.entryBytes <= programHeaders.length; at += table.entryBytes) {
    if (readInt(programHeaders, at, isLittleEndian) === programHeaderInterp) {
      const range = is64
        ? {offset: readWord(programHeaders, at + 8, isLittleEndian), bytes: readWord(programHeaders, at + 32, isLittleEndian)}
        : {offset: readInt(programHeaders, at + 4, isLittleEndian), bytes: readInt(programHeaders, at + 16, isLittleEndian)};
      return range.bytes <= maxInterpreterBytes ? elfInterpreter(yield range, range.bytes) : null;
    }
  }
  return null;
}

/** The name ends with its first NUL; the range must end with one too. */
function elfInterpreter(name: Buffer, wantedBytes: number): ContainerPath | null {
  const end = name.indexOf(0);
  return name.length === wantedBytes && end > 0 && name.at(-1) === 0 ? pathFromBytes(name.subarray(0, end)) : null;
}

/** load_script: blanks around the name are skipped; a name that the 256 bytes may have cut short is none. */
function scriptInterpreter(start: Buffer): ContainerPath | null {
  const text = start.toString('latin1', 2);
  const match = /^[ \t]*([^ \t\n\0]+)/.exec(text);
  const name = match?.[1];
  const isCut = start.length === scriptLineBytes && match?.[0].length === text.length;
  return name === undefined || isCut ? null : pathFromBytes(Buffer.from(name, 'latin1'));
}

const readHalf = (bytes: Buffer, at: number, isLittleEndian: boolean): number =>
  isLittleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);

const readInt = (bytes: Buffer, at: number, isLittleEndian: boolean): number =>
  isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

/** A 64-bit offset; beyond 2^53 it is imprecise, and beyond every file anyway. */
const readWord = (bytes: Buffer, at: number, isLittleEndian: boolean): number =>
  Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
