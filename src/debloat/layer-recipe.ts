import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';

/** Where the next stretch of the original layer is to be taken from: the debloated layer, the remainder's, or `inline`. */
export type Source = 'kept' | 'removed' | 'inline';

/** `added`: what the debloated layer has next, and the original has not. */
export interface Stretch {
  readonly source: Source | 'added';
  readonly bytes: number;
}

/** How to make an original layer of a debloated and a remainder layer; see docs/debloat.md, "Remainder". */
export interface LayerRecipe {
  /** `k1024 r512 i512 a512`: of which source how many bytes, in the original's order. */
  readonly order: string;
  /** Bytes that cannot stand in a layer of the remainder, in base64. */
  readonly inline: string;
}

const letters: Readonly<Record<Stretch['source'], string>> = {kept: 'k', removed: 'r', inline: 'i', added: 'a'};
const sources: Readonly<Record<string, Stretch['source']>> = {k: 'kept', r: 'removed', i: 'inline', a: 'added'};

/** @throws WinnowError for anything that `OrderRecorder` does not make */
export function decodeOrder(order: string): Stretch[] {
  return order.split(' ').filter((text) => text !== '').map((text): Stretch => {
    const [, letter = '', digits = ''] = /^([kria])([1-9]\d{0,14})$/.exec(text) ?? [];
    const source = sources[letter];
    if (source === undefined) {
      throw mismatch(`its recipe has "${text.slice(0, 40)}" for an order`);
    }
    return {source, bytes: Number(digits)};
  });
}

/** Puts stretches together as they come. */
export class OrderRecorder {
  readonly #stretches: {source: Stretch['source']; bytes: number}[] = [];

  add(source: Stretch['source'], bytes: number): void {
    const last = this.#stretches.at(-1);
    if (last?.source === source) {
      last.bytes += bytes;
    } else if (bytes > 0) {
      this.#stretches.push({source, bytes});
    }
  }

  get order(): string {
    return this.#stretches.map(({source, bytes}) => `${letters[source]}${bytes}`).join(' ');
  }
}

/** A debloated layer and a remainder that do not belong together, or one that was changed. */
export function mismatch(message: string, cause?: unknown): WinnowError {
  return new WinnowError(`the remainder does not fit the debloated image: ${message}`, {
    exitCode: ExitCode.threshold, hint: 'take the two images that one winnow debloat made', cause,
  });
}
