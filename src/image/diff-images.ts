import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, ImageIndex} from '../model/image-index.js';

export interface ImageDiff {
  readonly onlyInA: readonly ImageFile[];
  readonly onlyInB: readonly ImageFile[];
  /** In both, but of other type, content, permissions, owner or target. */
  readonly changed: readonly {readonly path: ContainerPath; readonly a: ImageFile; readonly b: ImageFile}[];
  /** Versions by package; null where the image has none of it. */
  readonly packages: readonly {readonly name: string; readonly a: string | null; readonly b: string | null}[];
  /** Bytes of contents, hard-linked ones once. */
  readonly bytes: {readonly a: number; readonly b: number};
}

/** Compares what two images hold; every list is in the order of paths or names. */
export function diffImages(a: ImageIndex, b: ImageIndex): ImageDiff {
  const inA = new Map(a.files.map((file) => [file.path, file]));
  const inB = new Map(b.files.map((file) => [file.path, file]));
  return {
    onlyInA: a.files.filter(({path}) => !inB.has(path)),
    onlyInB: b.files.filter(({path}) => !inA.has(path)),
    changed: a.files.flatMap((file) => {
      const other = inB.get(file.path);
      return other === undefined || isSame(file, other) ? [] : [{path: file.path, a: file, b: other}];
    }),
    packages: diffPackages(a, b),
    bytes: {a: contentBytes(a), b: contentBytes(b)},
  };
}

/** Hard-linked content counts once. */
export function contentBytes({files}: ImageIndex): number {
  const contents = new Map(files.map(({path, bytes, hardLinkGroup}) => [hardLinkGroup ?? path, bytes]));
  return [...contents.values()].reduce((sum, bytes) => sum + bytes, 0);
}

const isSame = (a: ImageFile, b: ImageFile): boolean =>
  a.type === b.type && a.digest === b.digest && a.bytes === b.bytes && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.linkTarget === b.linkTarget;

/** Of one name for several architectures the last counts. */
function diffPackages(a: ImageIndex, b: ImageIndex): ImageDiff['packages'] {
  const versions = ({packages = []}: ImageIndex): Map<string, string> => new Map(packages.map(({name, version}) => [name, version]));
  const [inA, inB] = [versions(a), versions(b)];
  return [...new Set([...inA.keys(), ...inB.keys()])].sort().flatMap((name) => {
    const [ofA, ofB] = [inA.get(name) ?? null, inB.get(name) ?? null];
    return ofA === ofB ? [] : [{name, a: ofA, b: ofB}];
  });
}
