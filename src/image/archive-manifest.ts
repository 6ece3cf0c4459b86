import type {Buffer} from 'node:buffer';
import path from 'node:path';
import process from 'node:process';
import {WinnowError} from '../model/winnow-error.js';
import {archiveError} from './archive-error.js';
import {type Descriptor, parseImageConfig, parseOciDocument, parseSavedImages} from './archive-schemas.js';
import {sha256} from './sha256.js';

/** JSON document of the archive by its name; undefined where it holds none of that name. */
export type DocumentSource = (name: string) => Buffer | undefined;

export interface ImageChoice {
  /** What the user called the image; decides between several images of one archive. */
  readonly name: string;
  /** Take no image that has another name, even where it is the only one. */
  readonly isExact?: boolean;
  /** `linux/arm64`, `linux/arm/v7`; decides between several platforms, this host's by default. */
  readonly platform?: string;
}

/** One image of an archive, before its layers are looked at. */
export interface ArchivedImage {
  /** `sha256:…` of the config. */
  readonly id: string;
  readonly config: Buffer;
  /** The OCI manifest that lists the layers, by the digests of their blobs; null where `docker save` lists them. */
  readonly manifest: ListedManifest | null;
  readonly tags: readonly string[];
  readonly platform: string;
  /** Lowest first, as many as `layerNames`. */
  readonly diffIds: readonly string[];
  /** Where the layers stand in the archive. */
  readonly layerNames: readonly string[];
}

/** Documents by their names in the archive. */
export interface ListedManifest {
  readonly name: string;
  /** The indexes that lead to it, index.json first. */
  readonly indexes: readonly string[];
}

/** Indexes may hold indexes; two levels are in use, and a cycle needs a broken hash. */
export const maxIndexDepth = 4;

/** Go's names of platforms, by Node's. */
const goArchitectures: Readonly<Record<string, string>> = {x64: 'amd64', ia32: '386'};

/**
 * The image that was meant, of all that the archive's manifest.json (docker save) or index.json (OCI layout) lists.
 * @throws WinnowError where there is none, more than one, or a document whose content is not what its name says
 */
export function chooseImage(documents: DocumentSource, {name, isExact = false, platform}: ImageChoice): ArchivedImage {
  const images = listImages(verified(documents));
  const named = images.filter((image) => isCalled(image, name));
  if (isExact && named.length === 0) {
    const tags = images.flatMap((image) => image.tags).join(', ');
    throw new WinnowError(`no image "${name}" in it`, {hint: tags === '' ? 'no image in it has a name: leave it out' : `name one of ${tags}`});
  }
  const meant = named.length > 0 ? named : images;
  const wanted = platform ?? (new Set(meant.map((image) => image.platform)).size > 1 ? hostPlatform() : undefined);
  const fitting = wanted === undefined ? meant : meant.filter((image) => `${image.platform}/`.startsWith(`${wanted}/`));
  const [first] = fitting;
  if (first === undefined) {
    const platforms = meant.map((image) => image.platform).join(', ');
    throw new WinnowError(`"${name}" is not there for ${wanted ?? 'any platform'}`, {hint: `the archive has ${platforms || 'no image'}`});
  }
  if (fitting.some(({id}) => id !== first.id)) {
    const tags = fitting.map((image) => image.tags[0] ?? image.id).join(', ');
    throw new WinnowError(`the archive holds several images, and none is called "${name}"`, {hint: `name one of ${tags}`});
  }
  return first;
}

function listImages(documents: DocumentSource): ArchivedImage[] {
  const manifest = documents('manifest.json');
  if (manifest !== undefined) {
    return parseSavedImages(manifest, 'manifest.json').flatMap(({Config, RepoTags, Layers}) =>
      describeImage(documents, {configName: Config, layerNames: Layers ?? [], tags: RepoTags ?? [], manifest: null}));
  }
  const index = documents('index.json');
  if (index === undefined) {
    throw archiveError('neither manifest.json nor index.json is in it: cut off, or not made by docker save');
  }
  return listOciImages(documents, {manifests: parseOciDocument(index, 'index.json').manifests ?? [], tags: [], indexes: ['index.json']});
}

interface ListedIndex {
  readonly manifests: readonly Descriptor[];
  readonly tags: readonly string[];
  /** Names of the documents that lead here, with its own. */
  readonly indexes: readonly string[];
}

function listOciImages(documents: DocumentSource, {manifests: descriptors, tags, indexes}: ListedIndex): ArchivedImage[] {
  if (indexes.length > maxIndexDepth) {
    throw archiveError('its image indexes are nested too deeply');
  }
  return descriptors.flatMap((descriptor) => {
    const name = blobName(descriptor.digest);
    const bytes = documents(name);
    if (bytes === undefined || descriptor.platform?.os === 'unknown') {
      return []; // an archive may hold fewer platforms than its index lists; and build attestations are no images
    }
    const own = Object.entries(descriptor.annotations ?? {}).filter(([key]) => nameAnnotations.includes(key)).map(([, value]) => value);
    const {manifests, config, layers} = parseOciDocument(bytes, name);
    return config === null
      ? listOciImages(documents, {manifests: manifests ?? [], tags: [...tags, ...own], indexes: [...indexes, name]})
      : describeImage(documents, {configName: blobName(config.digest), layerNames: (layers ?? []).map(({digest}) => blobName(digest)), mediaTypes: (layers ?? []).map(({mediaType}) => mediaType), tags: [...tags, ...own], manifest: {name, indexes}});
  });
}

/** How an image is called in index.json: containerd's, and image-spec's. */
export const nameAnnotations: readonly string[] = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

interface ListedImage extends Pick<ArchivedImage, 'layerNames' | 'tags' | 'manifest'> {
  readonly configName: string;
  readonly mediaTypes?: readonly (string | null)[];
}

/** Of OCI (image-spec, media-types.md) and of Docker; layers that are not to be passed on are layers all the same. */
const layerType = /^application\/vnd\.(oci\.image\.layer(\.nondistributable)?\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs(\.foreign)?\.diff\.tar(\.gzip|\.zstd)?)$/;

/** No image where its config is not in the archive, or where it is none: build attestations have the platform unknown/unknown. */
function describeImage(documents: DocumentSource, {configName, mediaTypes = [], ...listed}: ListedImage): ArchivedImage[] {
  const bytes = documents(configName);
  if (bytes === undefined) {
    return [];
  }
  const {os, architecture, variant, rootfs} = parseImageConfig(bytes, configName);
  if (os === 'unknown') {
    return [];
  }
  const unknown = mediaTypes.find((type) => type !== null && !layerType.test(type));
  if (unknown !== undefined) {
    throw archiveError(`a layer is of the unknown media type "${unknown ?? ''}"`);
  }
  const diffIds = rootfs.diff_ids ?? [];
  if (diffIds.length !== listed.layerNames.length) {
    throw archiveError(`${listed.layerNames.length} layers are listed, but ${diffIds.length} in the image's config`);
  }
  const platform = [os, architecture, ...(variant ? [variant] : [])].join('/');
  return [{id: sha256(bytes), config: bytes, ...listed, platform, diffIds}];
}

/** Documents that are named by their hash are checked against it. */
function verified(documents: DocumentSource): DocumentSource {
  return (name) => {
    const bytes = documents(name);
    const hex = /^([0-9a-f]{64})(\.json)?$/.exec(path.posix.basename(name))?.[1];
    if (bytes !== undefined && hex !== undefined && sha256(bytes) !== `sha256:${hex}`) {
      throw archiveError(`${name} does not have the content that its name promises`);
    }
    return bytes;
  };
}

function isCalled({id, tags}: ArchivedImage, name: string): boolean {
  return id === name || id === `sha256:${name}` || tags.some((tag) => [name, `${name}:latest`].some((full) => tag === full || tag === `docker.io/library/${full}`));
}

/** Where a blob stands in an OCI layout. */
export const blobName = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

export const hostPlatform = (): string => `linux/${goArchitectures[process.arch] ?? process.arch}`;
