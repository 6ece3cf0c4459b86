import {Buffer} from 'node:buffer';
import {maxDocumentBytes} from '../archive-contents.js';
import {archiveError} from '../archive-error.js';
import type {Descriptor} from '../archive-schemas.js';
import {sha256} from '../sha256.js';
import {indexType, manifestType} from './blob-store.js';
import type {OpenOptions} from './open-archive.js';
import {openManifest} from './open-manifest.js';
import type {OpenedImage} from './opened-image.js';
import type {RegistryClient} from './registry-client.js';
import type {RegistryName} from './registry-name.js';

export const manifestTypes: readonly string[] = [
  indexType, manifestType, 'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json',
];

/** Opens an image of a registry (OCI distribution specification). @throws WinnowError as `readImageArchive` does, and where the registry refuses */
export async function openRegistry(client: RegistryClient, {reference}: RegistryName, options: OpenOptions): Promise<OpenedImage> {
  const root = await getManifest(client, reference);
  const digest = sha256(root);
  if (reference.startsWith('sha256:') && reference !== digest) {
    throw archiveError(`the registry gave ${digest} for ${reference}`);
  }
  const index = Buffer.from(JSON.stringify({manifests: [{digest}]}));
  return openManifest(index, {
    document: async (descriptor) => (descriptor.digest === digest ? root : getDocument(client, descriptor)),
    has: (blob) => hasBlob(client, blob),
    open: (blob) => getBlob(client, blob),
  }, options);
}

const getManifest = async (client: RegistryClient, reference: string): Promise<Buffer> =>
  bounded(await client.request(`manifests/${reference}`, {headers: {accept: manifestTypes.join(', ')}, accepts: [200]}));

async function getDocument(client: RegistryClient, {digest, mediaType}: Descriptor): Promise<Buffer> {
  return manifestTypes.includes(mediaType ?? '') ? getManifest(client, digest) : bounded(await client.request(`blobs/${digest}`, {accepts: [200]}));
}

async function hasBlob(client: RegistryClient, digest: string): Promise<boolean> {
  const {status} = await client.request(`blobs/${digest}`, {method: 'HEAD', accepts: [200, 404]});
  return status === 200;
}

async function* getBlob(client: RegistryClient, digest: string): AsyncGenerator<Uint8Array, void, undefined> {
  const {body} = await client.request(`blobs/${digest}`, {accepts: [200]});
  yield* (body ?? []) as AsyncIterable<Uint8Array>;
}

async function bounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxDocumentBytes) {
      throw archiveError('a manifest that is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
