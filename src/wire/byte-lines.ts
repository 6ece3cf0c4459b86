import {Buffer} from 'node:buffer';

/** A longer line is handed on in pieces of this size, so a stream without newlines can't take all memory. */
const maxLineBytes = 1 << 20;

/**
 * Lines of a byte stream without their newline, one character per byte (latin1), so that nothing in them is lost or
 * replaced; a last line without newline counts.
 */
export async function* byteLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    while (rest.length >= maxLineBytes) {
      yield rest.slice(0, maxLineBytes);
      rest = rest.slice(maxLineBytes);
    }
  }
  if (rest !== '') {
    yield rest;
  }
}
