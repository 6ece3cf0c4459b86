import {Buffer} from 'node:buffer';
import {type FileHandle, open} from 'node:fs/promises';
import type {Chunks} from '../byte-reader.js';
import {blockBytes} from '../tar-header.js';
import {encodeHeader, padding, tarEnd} from '../tar-writer.js';
import {saying, writeAll} from './new-file.js';

/** A tar file whose entries tell their names and sizes once their contents were written: headers are written last. One entry at a time. */
export class NewTarFile {
  readonly #name: string;
  readonly #file: FileHandle;
  #end = 0;

  private constructor(name: string, file: FileHandle) {
    this.#name = name;
    this.#file = file;
  }

  /** @throws WinnowError where it cannot be written, as all here do */
  static async create(name: string): Promise<NewTarFile> {
    return new NewTarFile(name, await saying(name, () => open(name, 'wx')));
  }

  /** @param nameOf asked once the content was written; at most 100 bytes, null where it is not to stay */
  async append(content: Chunks, nameOf: () => string | null): Promise<void> {
    const start = this.#end + blockBytes;
    let end = start;
    for await (const chunk of content) {
      await this.#write(chunk, end);
      end += chunk.length;
    }
    const name = nameOf();
    const bytes = end - start;
    if (name !== null) {
      await this.#write(Buffer.concat(encodeHeader({name, type: 'file', mode: 0o644, bytes})), this.#end);
      await this.#write(padding(bytes), end);
      this.#end = end + padding(bytes).length;
    }
  }

  /** Ends the archive; it is on the disk then. */
  async finish(): Promise<void> {
    await this.#write(tarEnd, this.#end);
    await saying(this.#name, async () => {
      await this.#file.truncate(this.#end + tarEnd.length);
      await this.#file.sync();
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #write(bytes: Uint8Array, at: number): Promise<void> {
    return saying(this.#name, () => writeAll(this.#file, bytes, at));
  }
}
