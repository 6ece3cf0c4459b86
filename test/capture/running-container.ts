import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {busybox} from './images.js';

export interface RunningContainer {
  /** Full. */
  readonly id: string;
  readonly name: string;
  /** Of its first process, as this host counts. */
  readonly pid: number;
}

export interface Start {
  readonly image?: string;
  /** Options of docker run. */
  readonly options?: readonly string[];
  /** Shell commands; the container then sleeps. */
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a container without network and resolves once its script has been run. It is removed at the end of the test. */
export async function startContainer(t: ExecutionContext, {image = busybox, options = [], script = 'true', env = {}}: Start = {}): Promise<RunningContainer> {
  const name = `winnow-test-${randomUUID()}`;
  const {stdout: id} = await execa('docker', ['run', '--detach', `--name=${name}`, ...(options.some((option) => option.startsWith('--network')) ? [] : ['--network=none']), '--stop-timeout=0', ...options, image, '/bin/sh', '-c', `${script}; echo ready; exec sleep 600`], {env});
  t.teardown(() => execa('docker', ['rm', '--force', id], {env}));
  const log = execa('docker', ['logs', '--follow', id], {env, reject: false, buffer: false});
  await once(log.stdout, 'data');
  log.kill();
  await log;
  const {stdout: pid} = await execa('docker', ['inspect', '--format={{.State.Pid}}', id], {env});
  return {id, name, pid: Number(pid)};
}
