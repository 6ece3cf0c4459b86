import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {execa, type Options} from 'execa';

export interface Podman {
  readonly socket: string;
  /** With it, docker and winnow talk to this podman. */
  readonly env: {readonly DOCKER_HOST: string};
  /** Runs podman itself. */
  readonly run: (args: readonly string[], options?: Options) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/**
 * crun refuses cgroups that are half v1, half v2; without a session of systemd there are neither its cgroups nor its
 * journal; raising limits takes a privilege that root in a virtual machine may lack, and limiting processes a controller in the same hierarchy.
 */
const settings = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
pids_limit = 0
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** Runs a program where cgroups are of version 2 alone, as on a host that was booted so; limits need controllers, which v1 may hold. */
export const withUnifiedCgroups: readonly string[] = ['unshare', '--mount', '/bin/sh', '-c', 'umount --recursive /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$0" "$@"'];

/** Podman's service on a socket of its own, with images and containers of its own; `prefix` runs it under another program. */
export async function startPodman(prefix: readonly string[] = []): Promise<Podman> {
  const home = await mkdtemp(path.join(tmpdir(), 'winnow-test-podman-'));
  const socket = path.join(home, 'podman.sock');
  await writeFile(path.join(home, 'containers.conf'), settings);
  const own = ['--root', path.join(home, 'root'), '--runroot', path.join(home, 'run')];
  const environment = {CONTAINERS_CONF: path.join(home, 'containers.conf')};
  const [file = '', ...podman] = [...prefix, 'podman', ...own];
  const run = async (args: readonly string[], options: Options = {}): Promise<string> => {
    const {stdout} = await execa(file, [...podman, ...args], {...options, env: environment});
    return String(stdout);
  };
  const service = execa(file, [...podman, 'system', 'service', '--time=300', `unix://${socket}`], {env: environment, reject: false, stdin: 'ignore', all: true, forceKillAfterDelay: false});
  while (!(await answers(socket))) {
    if (service.exitCode !== null) {
      throw new Error(`podman does not start: ${(await service).all}`);
    }
    await sleep(20);
  }
  return {
    socket,
    env: {DOCKER_HOST: `unix://${socket}`},
    run,
    stop: async () => {
      service.kill('SIGTERM');
      await service;
      await run(['rm', '--all', '--force', '--time=0']);
      await execa('umount', [path.join(home, 'root/overlay')], {reject: false}); // mounted on itself by podman's storage
      await rm(home, {recursive: true, force: true});
    },
  };
}

async function answers(socket: string): Promise<boolean> {
  const connection = connect(socket);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}
