import {chmod, copyFile, mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {readCachedIndex} from '../../src/image/index-cache.js';
import {ImageTree} from '../../src/image/tree.js';
import type {AccessRow} from '../../src/model/access.js';
import {type ContainerPath, pathFromBytes} from '../../src/model/container-path.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {sample} from './images.js';
import {type TracedAccess, tracedAccesses} from './strace-accesses.js';

export interface ObservedRun {
  /** What winnow captured. */
  readonly rows: readonly AccessRow[];
  readonly tree: ImageTree;
  /** What strace, which started the program, saw of the same processes. */
  readonly traced: readonly TracedAccess[];
  /** What a fanotify mark on the container's root mount told of the same run. */
  readonly notified: ReadonlySet<ContainerPath>;
}

/** Profiles a shell command in the sample image, with strace and fanotify watching the very same run. */
export async function observe(t: ExecutionContext, command: string, options: readonly string[] = []): Promise<ObservedRun> {
  const store = await temporaryStore(t);
  const [tools, logs] = [path.join(store, 'tools'), path.join(store, 'logs')];
  await makeTools(tools);
  await mkdir(logs);
  await chmod(logs, 0o777);
  await chmod(store, 0o755);
  const strace = [...runInTools('strace'), '-ff', '-y', '-s', '4096', '-o', '/logs/strace'];
  const {code, err} = await winnow([
    'profile', sample, '--backend=ebpf', '--store', store, '--docker-arg=--network=none', '--docker-arg=--user=0', '--docker-arg=--cap-add=SYS_PTRACE',
    '--docker-arg=--cap-add=SYS_ADMIN', // without which there is no mark on a mount
    `--docker-arg=--volume=${tools}:/tools:ro`, `--docker-arg=--volume=${logs}:/logs`, '--docker-arg=--entrypoint=/tools/observe', ...options, '--',
    '/logs/fanotify', ...strace, '/bin/sh', '-c', command,
  ]);
  t.is(code, 0, err);
  const [metadata] = await listRuns(store);
  t.like(metadata, {exitCode: 0, lostRecords: 0, foldedRecords: 0});
  const {rows} = await readRun(runFilePath(store, metadata?.runId ?? ''));
  const index = await readCachedIndex(store, metadata?.imageId ?? '');
  const names = await readdir(logs);
  const texts = await Promise.all(names.filter((name) => name.startsWith('strace')).map((name) => readFile(path.join(logs, name), 'latin1')));
  return {
    rows,
    tree: new ImageTree(index ?? {files: []}),
    traced: texts.flatMap((text) => [...tracedAccesses(text)]),
    notified: notifiedPaths(await readFile(path.join(logs, 'fanotify'))),
  };
}

/** The begin of a command line in a container that has `makeTools`' directory as /tools. */
export const runInTools = (tool: string): string[] => ['/tools/ld-linux-x86-64.so.2', '--library-path', '/tools', `/tools/${tool}`];

/** strace with the libraries it needs, since no image has it, and the fanotify observer. */
export async function makeTools(directory: string): Promise<void> {
  const {stdout} = await execa('ldd', ['/usr/bin/strace']);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(/g)].map((match) => match[1] ?? '');
  const observer = fileURLToPath(new URL('../../build/workloads/observe', import.meta.url));
  await mkdir(directory, {recursive: true});
  for (const file of ['/usr/bin/strace', observer, ...libraries]) {
    await copyFile(file, path.join(directory, path.basename(file)));
  }
}

function notifiedPaths(log: Buffer): Set<ContainerPath> {
  const events = log.toString('latin1').split('\0').slice(0, -1);
  return new Set(events.map((event) => pathFromBytes(Buffer.from(event.slice(event.indexOf('/')), 'latin1'))));
}
