import {realpathSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';

/** Tells the checkouts of a machine apart that measure at the same time. */
export const benchTag = process.env['WINNOW_TEST_TAG'] ?? '1';
export const image = `winnow-test/workloads:${benchTag}`;
/** Read-only view of the machine in a container, to run its strace there. */
const host = '/host';
const label = `winnow.bench=${benchTag}`;

/** What a workload program tells of itself, in nanoseconds: the time that passed, or its processor time, which is steadier where the machine has other work. */
export type Clock = 'ns' | 'cpuNs';

/** A container whose command is one of kernel/test's workloads, made but not started. */
export class WorkloadContainer {
  private constructor(readonly id: string) {}

  static async create(command: readonly string[], options: readonly string[] = []): Promise<WorkloadContainer> {
    const {stdout} = await execa('docker', ['create', '--label', label, '--network=none', ...options, image, ...command]);
    return new WorkloadContainer(stdout);
  }

  /** Runs to the end; resolves to what the workload itself measured. */
  async run(clock: Clock = 'ns'): Promise<number> {
    const {stdout} = await execa('docker', ['start', '--attach', this.id]);
    return (JSON.parse(stdout) as Record<Clock, number>)[clock];
  }

  /** Starts what waits for a line of input; `run` gives it one. */
  startWaiting(): {readonly run: (clock: Clock) => Promise<number>} {
    const child = execa('docker', ['start', '--attach', '--interactive', this.id], {stdin: 'pipe'});
    child.catch(() => undefined); // told to who runs it
    return {
      run: async (clock) => {
        child.stdin.end('go\n');
        return (JSON.parse((await child).stdout) as Record<Clock, number>)[clock];
      },
    };
  }

  /** Of its first process, once that runs. */
  async pid(): Promise<number> {
    for (;;) {
      const {stdout} = await execa('docker', ['inspect', '--format={{.State.Pid}}', this.id]);
      if (stdout !== '0') {
        return Number(stdout);
      }
    }
  }

  /** Starts what runs until it is removed. */
  async start(): Promise<void> {
    await execa('docker', ['start', this.id]);
  }

  async remove(): Promise<void> {
    await execa('docker', ['rm', '--force', '--volumes', this.id]);
  }
}

/** Runs `use` on a new container, and removes it. */
export async function withContainer<T>(
  command: readonly string[],
  use: (container: WorkloadContainer) => Promise<T>,
  options: readonly string[] = [],
): Promise<T> {
  const container = await WorkloadContainer.create(command, options);
  try {
    return await use(container);
  } finally {
    await container.remove();
  }
}

/** `command` under the machine's own strace inside the container, since its seccomp filter needs strace to start it. */
export function underStrace(command: readonly string[], straceOptions: readonly string[]): {command: string[]; options: string[]} {
  // Absolute symlinks of the machine would lead astray below /host.
  const loader = realpathSync('/lib64/ld-linux-x86-64.so.2');
  return {
    options: [`--volume=/:${host}:ro`, '--cap-add=SYS_PTRACE'],
    command: [
      host + loader, '--library-path', host + path.dirname(loader), `${host}/usr/bin/strace`,
      '--output=/dev/null', ...straceOptions, ...command,
    ],
  };
}

/** What a bench of this checkout that was killed left behind. */
export async function removeLeftovers(): Promise<void> {
  const {stdout} = await execa('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`]);
  if (stdout !== '') {
    await execa('docker', ['rm', '--force', '--volumes', ...stdout.split('\n')]);
  }
}
