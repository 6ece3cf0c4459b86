import {Buffer} from 'node:buffer';

/** A column as it is stored: integers and floats are left out, since nobody here wants them but a page's number. */
export type Column = Buffer | number | null;

const magic = 'SQLite format 3\0';
const [interiorTable, leafTable] = [0x05, 0x0d];

/**
 * Rows of one table of a SQLite database (https://www.sqlite.org/fileformat2.html), read from its pages: the files are strangers', and
 * a query would run what their schemas say. No page is looked at twice, so the work is bounded by the file's size. What only a
 * write-ahead log has is not seen.
 * @throws RangeError where the file is cut off or its pages make no tree
 */
export function* readTable(database: Buffer, table: string): Generator<Column[]> {
  if (database.toString('latin1', 0, magic.length) !== magic) {
    throw new RangeError('it is no SQLite database');
  }
  const pages = new Pages(database);
  for (const [type, name, , root] of readTree(pages, 1)) {
    if (isText(type, 'table') && isText(name, table) && typeof root === 'number') {
      yield* readTree(pages, root);
      return;
    }
  }
  throw new RangeError(`it has no table ${table}`);
}

class Pages {
  readonly #database: Buffer;
  readonly #pageBytes: number;
  readonly #used = new Set<number>();
  /** Bytes of a page without what its end is reserved for. */
  readonly usable: number;

  constructor(database: Buffer) {
    const stored = database.readUInt16BE(16);
    this.#database = database;
    this.#pageBytes = stored === 1 ? 65_536 : stored;
    this.usable = this.#pageBytes - database.readUInt8(20);
    if (this.#pageBytes < 512 || this.usable < 480) {
      throw new RangeError(`it has pages of ${this.#pageBytes} bytes`);
    }
  }

  /** @param number 1 for the first */
  take(number: number): Buffer {
    const end = number * this.#pageBytes;
    if (number < 1 || end > this.#database.length || this.#used.has(number)) {
      throw new RangeError(`page ${number} is ${this.#used.has(number) ? 'used twice' : 'not there'}`);
    }
    this.#used.add(number);
    return this.#database.subarray(end - this.#pageBytes, end);
  }
}

/** In the order of the row ids. The first page begins with the file's header. */
function* readTree(pages: Pages, root: number): Generator<Column[]> {
  const left = [root];
  for (let number = left.pop(); number !== undefined; number = left.pop()) {
    const page = pages.take(number);
    const start = number === 1 ? 100 : 0;
    const [kind, cells] = [page.readUInt8(start), page.readUInt16BE(start + 3)];
    if (kind === interiorTable) {
      left.push(page.readUInt32BE(start + 8));
      for (let cell = cells - 1; cell >= 0; cell -= 1) {
        left.push(page.readUInt32BE(page.readUInt16BE(start + 12 + 2 * cell)));
      }
    } else if (kind === leafTable) {
      for (let cell = 0; cell < cells; cell += 1) {
        yield readRecord(readPayload(pages, page, page.readUInt16BE(start + 8 + 2 * cell)));
      }
    } else {
      throw new RangeError(`page ${number} is of no table`);
    }
  }
}

/** A cell's payload, with what of it overflows into other pages. */
function readPayload(pages: Pages, page: Buffer, cell: number): Buffer {
  const [bytes, afterBytes] = readVarint(page, cell);
  const [, start] = readVarint(page, afterBytes); // the row id
  const {usable} = pages;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((bytes - least) % (usable - 4));
  const local = bytes <= usable - 35 ? bytes : wanted <= usable - 35 ? wanted : least;
  const pieces = [page.subarray(start, start + local)];
  let next = local < bytes ? page.readUInt32BE(start + local) : 0;
  for (let rest = bytes - local; rest > 0; rest -= usable - 4) {
    const overflow = pages.take(next);
    pieces.push(overflow.subarray(4, Math.min(usable, 4 + rest)));
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(pieces);
}

function readRecord(payload: Buffer): Column[] {
  const [headerEnd, first] = readVarint(payload, 0);
  const columns: Column[] = [];
  let body = headerEnd;
  for (let at = first; at < headerEnd;) {
    const [type, next] = readVarint(payload, at);
    const bytes = type >= 12 ? Math.floor((type - 12) / 2) : (integerBytes[type] ?? 0);
    if (body + bytes > payload.length) {
      throw new RangeError('a row is cut off');
    }
    columns.push(type >= 12 ? payload.subarray(body, body + bytes) : type >= 1 && type <= 5 ? payload.readIntBE(body, bytes) : null);
    body += bytes;
    at = next;
  }
  return columns;
}

/** By serial type: NULL, integers of 1, 2, 3, 4, 6 and 8 bytes, a float; 0, 1 and what is reserved take none. */
const integerBytes = [0, 1, 2, 3, 4, 6, 8, 8];

/** Seven bits a byte, the highest first, all eight of the ninth. Beyond 2^53 a length is too large whatever its last bits are. */
function readVarint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0;
  for (let place = 0; place < 9; place += 1) {
    const byte = bytes.readUInt8(at + place);
    value = place === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      return [value, at + place + 1];
    }
  }
  return [value, at + 9];
}

const isText = (column: Column | undefined, text: string): boolean => Buffer.isBuffer(column) && column.toString('utf8') === text;
