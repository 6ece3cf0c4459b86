import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import tar from 'tar-stream';

/** A tar entry in short: what tar-stream takes, and the content. */
export interface Entry extends Partial<tar.Header> {
  readonly name: string;
  readonly content?: string | Buffer;
}

export const file = (name: string, content: string | Buffer = name): Entry => ({name, content});
export const directory = (name: string): Entry => ({name, type: 'directory', mode: 0o751, uid: 7});
export const symlink = (name: string, linkname: string): Entry => ({name, type: 'symlink', linkname});
export const link = (name: string, linkname: string): Entry => ({name, type: 'link', linkname});
export const whiteout = (name: string): Entry => file(name.replace(/[^/]+$/, '.wh.$&'), '');
export const opaque = (name: string): Entry => file(`${name}/.wh..wh..opq`, '');

export async function makeTar(entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const {content = '', ...header} of entries) {
    pack.entry({mtime: new Date(0), ...header}, Buffer.from(content));
  }
  pack.finalize();
  return buffer(pack);
}

export interface ArchiveOptions {
  readonly tag?: string;
  readonly format?: 'docker' | 'oci';
  readonly compress?: (layer: Buffer) => Buffer;
  /** Platforms of an OCI layout; each gets the same layers, below a file named after it. */
  readonly platforms?: readonly string[];
}

/** Layers as `docker save` of 20.10 stores them, or as an OCI layout with index.json only. */
export async function makeArchive(layers: readonly (readonly Entry[])[], {tag = 'winnow-test:1', format = 'docker', compress = (layer) => layer, platforms = ['linux/amd64']}: ArchiveOptions = {}): Promise<Buffer> {
  const entries: Entry[] = [];
  const manifests: object[] = [];
  for (const platform of platforms) {
    const marker = platforms.length > 1 ? [[file(platform.replaceAll('/', '-'))]] : [];
    const tars = await Promise.all([...marker, ...layers].map((entries) => makeTar(entries)));
    const [os = '', architecture = '', variant] = platform.split('/');
    const rootfs = {type: 'layers', diff_ids: tars.map((layer) => `sha256:${sha256(layer)}`)};
    const config = Buffer.from(JSON.stringify({os, architecture, variant, config: {Cmd: ['/busybox']}, rootfs}));
    const blobs = tars.map(compress);
    if (format === 'docker') {
      const names = blobs.map((_, index) => `layer${index}/layer.tar`);
      entries.push(...blobs.map((blob, index) => file(names[index] ?? '', blob)), file(`${sha256(config)}.json`, config));
      manifests.push({Config: `${sha256(config)}.json`, RepoTags: [tag], Layers: names});
    } else {
      const manifest = Buffer.from(JSON.stringify({schemaVersion: 2, config: descriptor(config), layers: blobs.map((blob) => descriptor(blob))}));
      entries.push(...[manifest, config, ...blobs].map((blob) => file(`blobs/sha256/${sha256(blob)}`, blob)));
      manifests.push({...descriptor(manifest), annotations: {'io.containerd.image.name': tag}});
    }
  }
  const last = format === 'docker'
    ? [file('manifest.json', JSON.stringify(manifests))]
    : [file('index.json', JSON.stringify({schemaVersion: 2, manifests})), file('oci-layout', '{"imageLayoutVersion":"1.0.0"}')];
  return makeTar([...entries, ...last]);
}

export const gzip = (layer: Buffer): Buffer => gzipSync(layer);

/** As a stream of chunks of some size, as a file or a socket gives them. */
export const streamOf = (bytes: Buffer, chunkBytes = 65_536): Readable =>
  Readable.from((function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.subarray(at, at + chunkBytes);
    }
  })());

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

const descriptor = (bytes: Buffer): object => ({digest: `sha256:${sha256(bytes)}`, size: bytes.length});
