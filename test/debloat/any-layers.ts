import type {Buffer} from 'node:buffer';
import fc from 'fast-check';
import {directory, type Entry, file, link, makeTar, opaque, symlink, whiteout} from '../image/archives.js';

const name = fc.constantFrom('a', 'b', 'd', 'e', 'd/a', 'd/b', 'd/e', 'd/e/a', 'l/a');
const entry: fc.Arbitrary<Entry> = fc.oneof(
  {weight: 4, arbitrary: fc.tuple(name, fc.constantFrom('x', 'y'.repeat(600))).map(([at, content]) => file(at, content))},
  {weight: 2, arbitrary: name.map(directory)},
  {weight: 2, arbitrary: fc.tuple(name, name).map(([at, target]) => link(at, target))},
  {weight: 1, arbitrary: fc.constant(symlink('l', 'd'))},
  {weight: 1, arbitrary: name.map(whiteout)},
  {weight: 1, arbitrary: name.map(opaque)},
);

/** Entries of a layer, few names over and over; an engine may refuse it. */
export const layerEntries = fc.uniqueArray(entry, {maxLength: 8, selector: ({name: own}) => own});

export const makeTars = (layers: readonly (readonly Entry[])[]): Promise<Buffer[]> => Promise.all(layers.map((entries) => makeTar(entries)));

/** Some of the paths, each with all that is below it. */
export function chooseRemoved(paths: readonly string[], coin: Iterator<boolean>): string[] {
  const chosen = paths.filter(() => coin.next().value === true);
  return chosen.filter((at) => paths.every((other) => !other.startsWith(`${at}/`) || chosen.includes(other)));
}
