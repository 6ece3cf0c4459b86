import {Buffer} from 'node:buffer';
import {type DocumentSource, type ListedManifest, nameAnnotations} from '../archive-manifest.js';
import {indexType} from './blob-store.js';

/** An entry of an image index, with all that it says (image-spec, descriptor.md). */
export interface IndexEntry {
  readonly digest: string;
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface IndexDocument {
  readonly mediaType?: string;
  readonly manifests?: readonly IndexEntry[];
}

/**
 * The indexes by which an image is one of several platforms, outermost first: each lists the next, and the last the image's manifest. None where it
 * stands alone. A layout's index.json is none of them, but where it lists the platforms of one image itself: then an index is made of those.
 */
export function indexesOf({name, indexes: [root = '', ...inner]}: ListedManifest, documents: DocumentSource): Buffer[] {
  if (inner.length > 0) {
    return inner.flatMap((index) => documents(index) ?? []);
  }
  const {manifests = []} = JSON.parse(documents(root)?.toString('utf8') ?? '{}') as IndexDocument;
  const names = manifests.filter(({digest}) => name.endsWith(digest.replace(':', '/'))).map(imageName);
  const platforms = manifests.filter((entry) => names.includes(imageName(entry)));
  return new Set(platforms.map(({digest}) => digest)).size < 2 ? [] : [Buffer.from(JSON.stringify({schemaVersion: 2, mediaType: indexType, manifests: platforms.map(withoutName)}))];
}

const imageName = ({annotations = {}}: IndexEntry): string => nameAnnotations.map((key) => annotations[key] ?? '').join(' ');

function withoutName({annotations, ...entry}: IndexEntry): IndexEntry {
  const others = Object.entries(annotations ?? {}).filter(([key]) => !nameAnnotations.includes(key));
  return others.length === 0 ? entry : {...entry, annotations: Object.fromEntries(others)};
}
