import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import {probeBinary} from '../../src/capture/local-probe.js';

const scripts = import.meta.dirname;
const workloads = `winnow-test/workloads:${process.env['WINNOW_TEST_TAG'] ?? '1'}`;

export interface Guest {
  /** Of the kernel, such as 6.1. */
  readonly series: string;
  /** Script of scripts/vm/guest that the machine runs. */
  readonly script: string;
  /** Files for its working directory: what to copy, by name. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Image whose files it has as rootfs.tar; else the workloads image. */
  readonly image?: string;
  /** With winnow, and an engine for it, as tools.tar, and the image as image.tar. */
  readonly hasWinnow?: boolean;
  /** Files for its working directory: content by name. The one named kernel-parameters adds to the kernel's command line. */
  readonly files: Readonly<Record<string, string>>;
  readonly qemuOptions?: readonly string[];
}

/**
 * Boots a virtual machine with Debian's kernel, the probe, and an image's files as rootfs.tar.
 * @returns what `use` makes of the directory with what the script left there, which is removed then
 */
export async function withMachine<T>(guest: Guest, use: (share: string) => Promise<T>): Promise<T> {
  const share = await mkdtemp(path.join(tmpdir(), 'winnow-vm-'));
  try {
    await fillShare(share, guest);
    await execa(path.join(scripts, 'run'), [guest.series, share, ...(guest.qemuOptions ?? [])]);
    return await use(share);
  } finally {
    await rm(share, {recursive: true, force: true});
  }
}

/** Builds the kernel module for Debian's kernel of that series. @returns where winnow.ko is */
export async function buildModule(series: string): Promise<string> {
  const {stdout} = await execa(path.join(scripts, 'module'), [series]);
  return stdout;
}

async function fillShare(share: string, {script, files, copies = {}, image = workloads, hasWinnow = false}: Guest): Promise<void> {
  await cp(path.join(scripts, 'guest'), share, {recursive: true});
  await cp(path.join(share, script), path.join(share, 'guest.sh'));
  for (const [name, source] of Object.entries({'winnow-probe': probeBinary(), ...copies})) {
    await cp(source, path.join(share, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(share, name), text);
  }
  if (hasWinnow) {
    await execa(path.join(scripts, 'tools'), [path.join(share, 'tools.tar')]);
    await execa('docker', ['save', `--output=${path.join(share, 'image.tar')}`, image]);
  } else {
    await exportImage(image, path.join(share, 'rootfs.tar'));
  }
}

async function exportImage(image: string, file: string): Promise<void> {
  const {stdout: container} = await execa('docker', ['create', '--network=none', image]);
  try {
    await execa('docker', ['export', `--output=${file}`, container]);
  } finally {
    await execa('docker', ['rm', container]);
  }
}

/** What Docker gives a container's root. */
const usualCapabilities = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'];

/** An OCI runtime config that gives a program what Docker would: all but the network. */
export function containerConfig(args: readonly string[], moreCapabilities: readonly string[] = []): string {
  const mount = (destination: string, type: string, source: string, ...options: readonly string[]) => ({destination, type, source, options});
  const capabilities = [...usualCapabilities, ...moreCapabilities];
  return JSON.stringify({
    ociVersion: '1.0.0',
    root: {path: 'rootfs'},
    process: {
      args,
      cwd: '/',
      env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp'],
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
