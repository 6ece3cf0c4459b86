import {readFile} from 'node:fs/promises';

/**
 * Whether a program listens on a TCP port in the network namespace of a container's process, by /proc/PID/net/tcp (proc(5)),
 * which works where nothing outside can connect. False where the process is not the container's, or not of this host.
 */
export async function listensInside(pid: number, containerId: string, port: number): Promise<boolean> {
  try {
    if (pid === 0 || !(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId)) {
      return false;
    }
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')));
    return tables.some((table) => hasListener(table, port));
  } catch {
    return false; // it ended meanwhile
  }
}

/** Local address and port in hexadecimal, remote ones, then the state: 0A is TCP_LISTEN (include/net/tcp_states.h). */
function hasListener(table: string, port: number): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^ *\\d+: [0-9A-F]+:${hexPort} [0-9A-F]+:[0-9A-F]{4} 0A `, 'm').test(table);
}
