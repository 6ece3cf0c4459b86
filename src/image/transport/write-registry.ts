import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import type {ImageTarget} from './new-image.js';
import {manifestTypes} from './open-registry.js';
import {type BlobStore, digested, type Document, type OciDescriptor} from './blob-store.js';
import {writeOciImage} from './oci-image.js';
import type {RegistryClient} from './registry-client.js';
import type {RegistryName} from './registry-name.js';

/** Uploads blobs, then the manifest under its tag. @throws WinnowError (usage) for a name with a digest */
export function registryTarget(client: RegistryClient, {reference}: RegistryName): ImageTarget {
  if (reference.startsWith('sha256:')) {
    throw new WinnowError(`nothing can be named ${reference}`, {exitCode: ExitCode.usage, hint: 'write docker://HOST/REPOSITORY:TAG'});
  }
  let documents: readonly Document[] = [];
  return {
    write: async (image) => {
      const written = await writeOciImage(image, registryBlobs(client));
      ({documents} = written);
      return written.image;
    },
    publish: async () => {
      for (const [at, document] of documents.entries()) {
        await putManifest(client, document, at === documents.length - 1 ? reference : document.digest);
      }
    },
    discard: () => Promise.resolve(), // a registry collects blobs that no manifest names
  };
}

function registryBlobs(client: RegistryClient): BlobStore {
  return {
    put: async (chunks, known) => (known === null ? null : await find(client, known)) ?? upload(client, chunks, known),
    hasManifest: async (digest) => (await client.request(`manifests/${digest}`, {method: 'HEAD', headers: {accept: manifestTypes.join(', ')}, accepts: [200, 404]})).status === 200,
    putManifest: (manifest, digest) => putManifest(client, manifest, digest),
    takesParts: false,
  };
}

async function putManifest(client: RegistryClient, {bytes, mediaType}: Document, reference: string): Promise<void> {
  await client.request(`manifests/${reference}`, {method: 'PUT', headers: {'content-type': mediaType}, accepts: [201], body: bytes});
}

async function find(client: RegistryClient, digest: string): Promise<Pick<OciDescriptor, 'digest' | 'size'> | null> {
  const {status, headers} = await client.request(`blobs/${digest}`, {method: 'HEAD', accepts: [200, 404]});
  return status === 200 ? {digest, size: Number(headers.get('content-length'))} : null;
}

async function upload(client: RegistryClient, chunks: Chunks, known: string | null): Promise<Pick<OciDescriptor, 'digest' | 'size'>> {
  const {chunks: sent, result} = digested(chunks, known);
  const started = await client.request('blobs/uploads/', {method: 'POST', accepts: [202]});
  const patched = await client.request(placeOf(started), {method: 'PATCH', headers: {'content-type': 'application/octet-stream'}, body: sent, accepts: [202, 204]});
  const {digest, size} = result();
  const end = new URL(placeOf(patched), patched.url);
  end.searchParams.set('digest', digest);
  await client.request(end.href, {method: 'PUT', accepts: [201]});
  return {digest, size};
}

const placeOf = (response: Response): string => new URL(response.headers.get('location') ?? '', response.url).href;
