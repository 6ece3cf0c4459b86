import {parentPath} from '../../image/tree.js';
import type {ImageFile} from '../../model/image-index.js';
import {holdsContent} from '../../train/content.js';

/** How a file may lie to one that was just missed; of several the first counts. */
export const relations = ['stem', 'directory-extension', 'directory', 'package-extension', 'package'] as const;
export type Relation = (typeof relations)[number];

/** Contents of an image that lie alike. */
export interface NeighbourSet {
  readonly relation: Relation;
  /** What its members share; its parts, if there are two, are separated by NUL, which no path holds. */
  readonly name: string;
  /** Positions in the index's files, ascending. */
  readonly members: readonly number[];
}

export interface Neighbourhoods {
  readonly sets: readonly NeighbourSet[];
  /** For each file of the index the numbers of its sets, in the order of `relations`; none for what holds no content. */
  readonly setsOf: readonly (readonly number[])[];
}

/** `foo` of foo.py, foo.cpython-311.pyc and foo.so.6: up to the first dot after the first character. */
export function stemOf(name: string): string {
  const dot = name.indexOf('.', 1);
  return dot === -1 ? name : name.slice(0, dot);
}

/** `py` of a.b.py, `so` of libfoo.so.6; '' without. */
export function extensionOf(name: string): string {
  return /\.so(?:\.[\d.]+)?$/.test(name) ? 'so' : (/\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1] ?? '').toLowerCase();
}

/** Of hard-linked names only the first is in any set: one name fetched is the content fetched. */
export function listNeighbourhoods(files: readonly ImageFile[]): Neighbourhoods {
  const numbers = new Map<string, number>();
  const sets: (NeighbourSet & {readonly members: number[]})[] = [];
  const linked = new Set<number>();
  const setsOf = files.map((file, at): number[] => {
    if (!holdsContent(file) || (file.hardLinkGroup !== null && linked.has(file.hardLinkGroup))) {
      return [];
    }
    if (file.hardLinkGroup !== null) {
      linked.add(file.hardLinkGroup);
    }
    return namesOf(file).map(([relation, name]) => {
      const key = `${relation}\0${name}`;
      const number = numbers.get(key) ?? sets.push({relation, name, members: []}) - 1;
      numbers.set(key, number);
      sets[number]?.members.push(at);
      return number;
    });
  });
  return {sets, setsOf};
}

/** A __pycache__ counts as the directory of its sources where stems are compared. */
function namesOf({path, package: owner}: ImageFile): (readonly [Relation, string])[] {
  const directory = parentPath(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const home = directory.endsWith('/__pycache__') ? parentPath(directory) : directory;
  const extension = extensionOf(name);
  return [
    ['stem', `${home}\0${stemOf(name)}`],
    ['directory-extension', `${directory}\0${extension}`],
    ['directory', directory],
    ...(owner === null ? [] : [['package-extension', `${owner}\0${extension}`], ['package', owner]] as const),
  ];
}

/** Members of a set that may still come. */
export interface Candidates {
  readonly set: number;
  readonly files: readonly number[];
}

/** Of each set of a file the candidates, each in the first set that has it. */
export function candidatesBeside({sets, setsOf}: Neighbourhoods, file: number, mayCome: (file: number) => boolean): Candidates[] {
  const taken = new Set([file]);
  return (setsOf[file] ?? []).map((set) => {
    const files = (sets[set]?.members ?? []).filter((member) => !taken.has(member));
    files.forEach((member) => taken.add(member));
    return {set, files: files.filter(mayCome)};
  });
}
