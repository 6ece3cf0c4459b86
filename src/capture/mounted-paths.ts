import type Docker from 'dockerode';
import {readFile} from 'node:fs/promises';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';

/** Container paths of everything mounted over the image, as the engine tells. */
export function mountedByEngine({Mounts, HostConfig}: Docker.ContainerInspectInfo): ContainerPath[] {
  const tmpfs = Object.keys((HostConfig.Tmpfs as Record<string, string> | null | undefined) ?? {});
  return [...Mounts.map(({Destination}) => Destination), ...tmpfs].map((path) => path.replace(/(?<=.)\/+$/, ''));
}

/** The same for a process of this host that no engine knows: field 5 of /proc/PID/mountinfo (proc(5)). None where it is gone. */
export async function mountedFor(pid: number): Promise<ContainerPath[]> {
  const table = await readFile(`/proc/${pid}/mountinfo`, 'latin1').catch(() => '');
  const points = table.split('\n').map((line) => line.split(' ')[4] ?? '/');
  return points.filter((point) => point !== '/').map((point) => pathFromBytes(Buffer.from(unescape(point), 'latin1')));
}

/** Blanks, tabs, newlines and backslashes stand there as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
