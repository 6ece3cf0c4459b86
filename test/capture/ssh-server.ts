import {randomBytes, randomInt} from 'node:crypto';
import {existsSync} from 'node:fs';
import {appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';

export interface SshServer {
  readonly port: number;
  readonly pid: number;
  /** For --host. */
  readonly address: string;
  /** Options of winnow that name this server's key and the client's. */
  readonly options: readonly string[];
  /** `~` of the client. */
  readonly home: string;
  readonly knownHosts: string;
  readonly keyFile: string;
  /** Where the remote side makes its temporary directories. */
  readonly remoteTmp: string;
}

export interface ServerSettings {
  /** More lines of sshd_config. */
  readonly config?: readonly string[];
  /** Runs the server under another program, which has the directory for the remote side's temporary files in $TMPDIR. */
  readonly prefix?: readonly string[];
  /** Puts the server into a network of its own, from which no more comes than this, as tc-tbf(8) writes it. */
  readonly rate?: string;
  readonly user?: string;
}

/** A real OpenSSH server on a free port, of loopback where no rate is asked for, with host keys, authorized keys and a client's home of its own. */
export async function startSshServer(t: ExecutionContext, {config = [], prefix = [], rate, user = 'root'}: ServerSettings = {}): Promise<SshServer> {
  const home = await mkdtemp(path.join(tmpdir(), 'winnow-test-ssh-'));
  t.teardown(() => rm(home, {recursive: true, force: true}));
  await execa('chmod', ['755', home]); // the server reads authorized_keys as the user
  const at = (name: string): string => path.join(home, name);
  await mkdir('/run/sshd', {recursive: true, mode: 0o755});
  await mkdir(at('.ssh'), {mode: 0o755});
  await mkdir(at('remote'));
  await execa('chmod', ['1777', at('remote')]);
  for (const file of ['host_ed25519', '.ssh/id_ed25519']) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(file)]);
  }
  await execa('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', at('host_ecdsa')]);
  await execa('cp', [at('.ssh/id_ed25519.pub'), at('authorized_keys')]);
  const settings = [
    `ListenAddress ${rate === undefined ? '127.0.0.1' : '0.0.0.0'}`, `HostKey ${at('host_ed25519')}`, `HostKey ${at('host_ecdsa')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`, `PidFile ${at('sshd.pid')}`, 'PermitRootLogin yes', 'StrictModes no', 'UsePAM no',
    'PasswordAuthentication no', 'KbdInteractiveAuthentication no', `SetEnv TMPDIR=${at('remote')}`,
  ];
  // The first mention of a setting counts; but a subsystem may be mentioned once only.
  const sftp = config.some((line) => line.startsWith('Subsystem')) ? [] : ['Subsystem sftp internal-sftp'];
  await writeFile(at('sshd_config'), [...config, ...settings, ...sftp, ''].join('\n'));
  const {server, port} = await onFreePort([...(rate === undefined ? [] : ['unshare', '--net']), ...prefix, '/usr/sbin/sshd', '-D', '-e', '-f', at('sshd_config')], at('sshd'), at('remote'));
  t.teardown(async () => {
    server.kill('SIGTERM');
    await server;
  });
  const host = rate === undefined ? '127.0.0.1' : await linkSlowly(server.pid ?? 0, rate);
  const knownHosts = at('.ssh/known_hosts');
  await writeFile(knownHosts, (await execa('ssh-keyscan', ['-T', '60', '-p', String(port), host])).stdout + '\n');
  const keyFile = at('.ssh/id_ed25519');
  return {
    port, pid: server.pid ?? 0, address: `ssh://${user}@${host}:${port}`, home, knownHosts, keyFile, remoteTmp: at('remote'),
    options: ['--host', `ssh://${user}@${host}:${port}`, '--ssh-known-hosts', knownHosts, '--ssh-key', keyFile],
  };
}

/** Links a process's network to this host's, and resolves to its address there. The link goes with the process. */
async function linkSlowly(pid: number, rate: string): Promise<string> {
  const name = `wn${randomBytes(4).toString('hex')}`;
  // Of 198.18.0.0/15, which is for tests of network devices (RFC 2544), two of four addresses.
  const network = `198.18.${randomInt(256)}.${randomInt(64) * 4}`.split('.');
  const [near, far] = [1, 2].map((number) => [...network.slice(0, 3), Number(network[3]) + number].join('.'));
  await execa('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]);
  await execa('sh', ['-ec', 'ip address add "$1/30" dev "$0"; ip link set "$0" up', name, near ?? '']);
  const there = 'ip link set lo up; ip address add "$0/30" dev eth0; ip link set eth0 up; tc qdisc add dev eth0 root tbf rate "$1" burst 16kb latency 400ms';
  await execa('nsenter', [`--target=${pid}`, '--net', 'sh', '-ec', there, far ?? '', rate]);
  return far ?? '';
}

/** Starts the server, on another port where somebody took the free one in the meantime. */
async function onFreePort([file = '', ...args]: readonly string[], base: string, TMPDIR: string) {
  for (;;) {
    const port = await freePort();
    const server = execa(file, [...args, '-p', String(port)], {reject: false, env: {TMPDIR}, stdin: 'ignore', stdout: 'ignore', stderr: {file: `${base}.log`}});
    while (server.exitCode === null && !existsSync(`${base}.pid`)) {
      await sleep(20);
    }
    if (server.exitCode === null) {
      return {server, port};
    }
    const log = await readFile(`${base}.log`, 'utf8');
    if (!log.includes('Address already in use')) {
      throw new Error(`sshd does not start: ${log}`);
    }
  }
}

/** Names in the remote's temporary directory, once what ends there has ended. */
export async function leftBehind({remoteTmp}: SshServer): Promise<string[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await readdir(remoteTmp)).length === 0) {
      return [];
    }
    await sleep(50);
  }
  return readdir(remoteTmp);
}

/** Ends the server's processes that serve connections, as a crash there would. */
export async function killSessions({pid}: SshServer): Promise<void> {
  await execa('pkill', ['--signal=KILL', '--parent', String(pid)], {reject: false});
}

export interface Link {
  readonly port: number;
  /** Ends all connections, and refuses new ones. */
  cut(): void;
  /** From now on nothing comes from there, though nothing ends. */
  hush(): void;
  /** Resolves when so many bytes have come from there. */
  passed(bytes: number): Promise<void>;
}

/** A way to a port, of at most `bytesPerSecond` from there to here. */
export async function startLink(t: ExecutionContext, target: number, bytesPerSecond = Infinity): Promise<Link> {
  const sockets = new Set<Socket>();
  let hushed = false;
  let bytesPassed = 0;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on('error', () => undefined).once('close', () => (sockets.delete(one), other.destroy()));
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      far.pause();
      void pass(chunk, near).then(() => far.resume());
    });
  });
  /** In pieces of 20 ms, so that it is slow, not silent. */
  const pass = async (chunk: Buffer, to: Socket): Promise<void> => {
    const size = Math.min(chunk.length, Math.ceil(bytesPerSecond / 50));
    for (let start = 0; start < chunk.length && !hushed; start += size) {
      to.write(chunk.subarray(start, start + size));
      bytesPassed += size;
      await sleep((size / bytesPerSecond) * 1000);
    }
  };
  const passed = async (bytes: number): Promise<void> => {
    while (bytesPassed < bytes) {
      await sleep(20);
    }
  };
  const cut = (): void => {
    server.close();
    sockets.forEach((socket) => socket.resetAndDestroy());
  };
  t.teardown(cut);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {port: (server.address() as {port: number}).port, cut, hush: () => void (hushed = true), passed};
}

/** Options to reach a server through a link. */
export async function through(link: Link, server: SshServer): Promise<readonly string[]> {
  const {stdout} = await execa('ssh-keyscan', ['-T', '60', '-p', String(link.port), '127.0.0.1']);
  await appendFile(server.knownHosts, `${stdout}\n`);
  return ['--host', `ssh://root@127.0.0.1:${link.port}`, '--ssh-known-hosts', server.knownHosts, '--ssh-key', server.keyFile];
}

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as {port: number};
  await new Promise((resolve) => server.close(resolve));
  return port;
}
