import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {probeBinary} from '../../src/capture/local-probe.js';
import {workloads} from '../capture/images.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Guest {
  /** Script of test/vm/guest that the machine runs. */
  readonly script: string;
  /** Files for its working directory, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly qemuOptions?: readonly string[];
}

/**
 * Boots a virtual machine with Debian's kernel, the probe, and the workloads image's files as rootfs.tar.
 * @returns the directory with what the script left there
 */
export async function runMachine(t: ExecutionContext, {script, files, qemuOptions = []}: Guest): Promise<string> {
  const share = await mkdtemp(path.join(tmpdir(), 'winnow-test-vm-'));
  t.teardown(() => rm(share, {recursive: true, force: true}));
  await cp(path.join(root, 'test/vm/guest'), share, {recursive: true});
  await cp(path.join(share, script), path.join(share, 'guest.sh'));
  await cp(probeBinary(), path.join(share, 'winnow-probe'));
  await exportImage(path.join(share, 'rootfs.tar'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(share, name), text);
  }
  await execa(path.join(root, 'scripts/vm/run'), ['6.1', share, ...qemuOptions]);
  return share;
}

async function exportImage(file: string): Promise<void> {
  const {stdout: container} = await execa('docker', ['create', '--network=none', workloads]);
  try {
    await execa('docker', ['export', `--output=${file}`, container]);
  } finally {
    await execa('docker', ['rm', container]);
  }
}

/** An OCI runtime config that gives a program what Docker would: all but the network. */
export function containerConfig(args: readonly string[]): string {
  const mount = (destination: string, type: string, source: string, ...options: readonly string[]) => ({destination, type, source, options});
  const capabilities = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'];
  return JSON.stringify({
    ociVersion: '1.0.0',
    root: {path: 'rootfs'},
    process: {
      args,
      cwd: '/',
      env: ['PATH=/bin'],
      user: {uid: 0, gid: 0},
      capabilities: {bounding: capabilities, effective: capabilities, permitted: capabilities},
    },
    mounts: [
      mount('/proc', 'proc', 'proc'),
      mount('/dev', 'tmpfs', 'tmpfs', 'mode=755'),
      mount('/etc/hosts', 'bind', '/init', 'bind', 'ro'),
      mount('/mounted', 'bind', '/tmp/volume', 'bind'),
    ],
    linux: {namespaces: [{type: 'pid'}, {type: 'mount'}, {type: 'ipc'}, {type: 'uts'}]},
  });
}
