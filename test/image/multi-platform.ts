import {Buffer} from 'node:buffer';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {directory, file, makeTar, sha256} from './archives.js';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Index {
  readonly manifests: readonly Descriptor[];
}

export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const types = {
  index: 'application/vnd.oci.image.index.v1+json', manifest: 'application/vnd.oci.image.manifest.v1+json', config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip', statement: 'application/vnd.in-toto+json',
};

/**
 * A layout with `shop:1` for linux/amd64, linux/arm64 and linux/arm/v7, with the attestation of the first one as BuildKit writes it. Documents are indented, and layers compressed by level 1, so that whoever writes one anew gives it another
 * digest.
 * @param isNested whether linux/arm/v7 is in an index of its own
 * @returns digest of the index
 */
export async function makePlatforms(layout: string, isNested = false): Promise<string> {
  await mkdir(path.join(layout, 'blobs/sha256'), {recursive: true});
  const blob = async (bytes: Buffer, mediaType: string): Promise<Descriptor> => {
    await writeFile(path.join(layout, 'blobs/sha256', sha256(bytes)), bytes);
    return {mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length};
  };
  const document = (content: object, mediaType: string) => blob(Buffer.from(JSON.stringify(content, null, 3)), mediaType);
  const shared = await makeTar([file('same', 'y'.repeat(50_000))]);
  const image = async (architecture: string, variant?: string): Promise<Descriptor> => {
    const layers = [await makeTar([directory('d'), file('d/gone', architecture.repeat(20_000)), file(`d/${architecture}`)]), shared];
    const config = await document({os: 'linux', architecture, variant, config: {Cmd: ['/shop']}, rootfs: {type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`)}}, types.config);
    const manifest = await document({
      schemaVersion: 2, mediaType: types.manifest, config, layers: await Promise.all(layers.map((layer) => blob(gzipSync(layer, {level: 1}), types.layer))), annotations: {'com.example.built': architecture},
    }, types.manifest);
    return {...manifest, platform: {os: 'linux', architecture, variant}, annotations: {'com.example.entry': architecture}};
  };
  const attestationOf = async ({digest}: Descriptor): Promise<Descriptor> => {
    const statement = Buffer.from(JSON.stringify({_type: 'https://in-toto.io/Statement/v0.1', subject: [{name: 'shop', digest: {sha256: digest.slice(7)}}]}));
    const config = await document({architecture: 'unknown', os: 'unknown', config: {}, rootfs: {type: 'layers', diff_ids: [`sha256:${sha256(statement)}`]}}, types.config);
    const manifest = await document({schemaVersion: 2, mediaType: types.manifest, config, layers: [await blob(statement, types.statement)]}, types.manifest);
    return {...manifest, platform: {os: 'unknown', architecture: 'unknown'}, annotations: {'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest}};
  };
  const amd64 = await image('amd64');
  const v7 = await image('arm', 'v7');
  const arm = isNested ? await document({schemaVersion: 2, mediaType: types.index, manifests: [v7], annotations: {'com.example.index': 'arm'}}, types.index) : v7;
  const root = await document({
    schemaVersion: 2, mediaType: types.index, manifests: [amd64, await image('arm64', 'v8'), arm, await attestationOf(amd64)], annotations: {'com.example.index': 'all'},
  }, types.index);
  await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(path.join(layout, 'index.json'), JSON.stringify({schemaVersion: 2, manifests: [{...root, annotations: {'org.opencontainers.image.ref.name': 'shop:1'}}]}));
  return root.digest;
}

/** A document of a layout by its digest. */
export async function readDocument<T>(layout: string, digest: string): Promise<T> {
  return JSON.parse(await readFile(path.join(layout, 'blobs', digest.replace(':', '/')), 'utf8')) as T;
}

/** The digest that a name of a layout leads to. */
export async function digestOf(layout: string, name: string): Promise<string> {
  const {manifests} = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as Index;
  return manifests.find(({annotations}) => annotations?.['org.opencontainers.image.ref.name'] === name)?.digest ?? '';
}
