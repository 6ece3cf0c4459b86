import {Buffer} from 'node:buffer';
import {randomUUID} from 'node:crypto';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {pathFromBytes} from '../../src/model/container-path.js';
import type {ImageFile, ImageIndex} from '../../src/model/image-index.js';
import {type Entry, file} from './archives.js';

/** Made by the engine in every container, whatever the image holds. */
const enginePaths = /^\/(\.dockerenv|(dev|proc|sys)(\/.*)?|etc|etc\/(hosts|hostname|resolv\.conf|mtab))$/;

export const uniqueTag = (name: string): string => `winnow-test-img-${name}-${randomUUID().slice(0, 8)}:1`;

export const busyboxEntry = async (): Promise<Entry> => ({...file('busybox', await readFile('/bin/busybox')), mode: 0o755});

/** Rejects with what the engine says where it refuses the archive. The image is removed at the end of the test. */
export async function loadArchive(t: ExecutionContext, archive: Buffer, tag: string): Promise<void> {
  removeLater(t, tag);
  await execa('docker', ['load', '--quiet'], {input: archive});
}

/** Builds with the engine's own builder from files in one directory, busybox among them. */
export async function buildImage(t: ExecutionContext, files: Readonly<Record<string, string>>, tag: string): Promise<void> {
  removeLater(t, tag);
  const context = await mkdtemp(path.join(tmpdir(), 'winnow-test-build-'));
  t.teardown(() => rm(context, {recursive: true}));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(context, name), content);
  }
  await writeFile(path.join(context, 'busybox'), await readFile('/bin/busybox'), {mode: 0o755});
  await execa('docker', ['build', '--quiet', '--network=none', `--tag=${tag}`, context], {env: {DOCKER_BUILDKIT: '0'}});
}

export function removeLater(t: ExecutionContext, tag: string): void {
  t.teardown(async () => {
    await execa('docker', ['rmi', '--force', tag], {reject: false});
  });
}

/** Runs a busybox script in a container of the image; its output as container text, one item a line. */
export async function runInside(tag: string, script: string): Promise<string[]> {
  return linesOf(['run', '--rm', '--network=none', tag, '/busybox', 'sh', '-c', script]);
}

/** A container that lasts as long as the test; gives what runs a script in it. */
export async function startContainer(t: ExecutionContext, tag: string): Promise<(script: string) => Promise<string[]>> {
  const [id = ''] = await linesOf(['run', '--detach', '--network=none', tag, '/busybox', 'sleep', '600']);
  t.teardown(() => execa('docker', ['rm', '--force', id]));
  return async (script) => linesOf(['exec', id, '/busybox', 'sh', '-c', script]);
}

async function linesOf(docker: readonly string[]): Promise<string[]> {
  const {stdout} = await execa('docker', docker, {encoding: 'buffer'});
  return pathFromBytes(Buffer.from(stdout)).split('\n').filter((line) => line !== '');
}

/** What a container of the image finds in itself, a line a path, in the form of `describeIndex`. */
export async function describeContainer(tag: string): Promise<string[]> {
  const [stats, links, digests] = await Promise.all([
    runInside(tag, `/busybox find / -xdev -exec /busybox stat -c '%i %f %u %g %s %n' {} +`),
    runInside(tag, `/busybox find / -xdev -type l -exec /busybox sh -c 'for l; do echo "$l//$(/busybox readlink "$l")"; done' sh {} +`),
    runInside(tag, '/busybox find / -xdev -type f -exec /busybox sha256sum {} +'),
  ]);
  const targetOf = new Map(links.map((line) => [line.slice(0, line.indexOf('//')), line.slice(line.indexOf('//') + 2)]));
  const digestOf = new Map(digests.map((line) => [line.slice(66), `sha256:${line.slice(0, 64)}`]));
  const found = stats.map((line) => {
    const [, inode = '', mode = '', uid = '', gid = '', bytes = '', name = ''] = /^(\d+) (\w+) (\d+) (\d+) (\d+) (.*)$/s.exec(line) ?? [];
    return {inode, mode: Number.parseInt(mode, 16), uid, gid, bytes, path: name};
  }).filter(({path}) => path !== '/' && !enginePaths.test(path));
  const isDirectory = (mode: number) => mode >> 12 === 0o4;
  return found.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({inode, mode, uid, gid, bytes, path}) => describe({
    path,
    type: typeOf[mode >> 12] ?? 'socket',
    mode: mode & 0o7777,
    owner: `${uid}:${gid}`,
    bytes: mode >> 12 === 0o10 ? Number(bytes) : 0,
    linkTarget: targetOf.get(path) ?? null,
    digest: digestOf.get(path) ?? null,
    sameFileAs: isDirectory(mode) ? [path] : found.filter((other) => other.inode === inode).map((other) => other.path),
  }));
}

/** An index in the same words. */
export function describeIndex({files}: ImageIndex): string[] {
  const own = files.filter(({path}) => !enginePaths.test(path));
  return own.map(({uid, gid, hardLinkGroup, ...rest}) => describe({
    ...rest,
    owner: `${uid}:${gid}`,
    sameFileAs: hardLinkGroup === null ? [rest.path] : own.filter((other) => other.hardLinkGroup === hardLinkGroup).map(({path}) => path),
  }));
}

const typeOf: Readonly<Record<number, ImageFile['type']>> = {
  0o1: 'fifo', 0o2: 'char', 0o4: 'directory', 0o6: 'block', 0o10: 'file', 0o12: 'symlink',
};

interface Described extends Pick<ImageFile, 'path' | 'type' | 'mode' | 'bytes' | 'linkTarget' | 'digest'> {
  readonly owner: string;
  readonly sameFileAs: readonly string[];
}

function describe({path, type, mode, owner, bytes, linkTarget, digest, sameFileAs}: Described): string {
  return [path, type, mode.toString(8), owner, bytes, linkTarget ?? '-', digest ?? '-', sameFileAs.toSorted().join(' = ')].join(' | ');
}
