import type {Document, OciDescriptor} from './blob-store.js';

/** index.json of a layout (image-spec, image-layout.md). */
export interface LayoutIndex {
  readonly manifests?: readonly (OciDescriptor & {readonly annotations?: Readonly<Record<string, string>>})[];
}

/** Content of the file oci-layout. */
export const layoutFile = '{"imageLayoutVersion":"1.0.0"}';

const refName = 'org.opencontainers.image.ref.name';

/** The index with the image under its name, in place of the one that had it. */
export function addToIndex(index: LayoutIndex, {mediaType, digest: own, bytes}: Document, name: string | null): object {
  const others = (index.manifests ?? []).filter(({digest, annotations}) => (annotations?.[refName] ?? null) !== name || (name === null && digest !== own));
  return {schemaVersion: 2, ...index, manifests: [...others, {mediaType, digest: own, size: bytes.length, ...(name === null ? {} : {annotations: {[refName]: name}})}]};
}
