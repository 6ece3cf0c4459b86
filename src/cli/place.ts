import {homedir} from 'node:os';
import {type Command, InvalidArgumentError} from 'commander';
import type Docker from 'dockerode';
import {builtProbe, localProbeHost} from '../capture/local-probe.js';
import type {ProbeHost} from '../capture/probe-process.js';
import {parseSshAddress, type SshAddress} from '../capture/ssh/address.js';
import {terminalAsker} from '../capture/ssh/ask-secret.js';
import {Credentials} from '../capture/ssh/credentials.js';
import {HostKeyChecker} from '../capture/ssh/host-key.js';
import {SshHost} from '../capture/ssh/ssh-host.js';
import {openEngine} from '../image/engine.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import type {CommandContext} from './context.js';

/** Where containers run: this host, or another over ssh. */
export interface Place {
  readonly docker: Docker;
  readonly probeHost: ProbeHost;
  /** The address here by which an address of that host is reached. */
  readonly reach: (address: string) => Promise<string>;
}

export interface PlaceOptions {
  readonly host?: SshAddress;
  readonly sshKey?: string;
  readonly sshKnownHosts?: string;
  readonly forward: readonly number[];
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option('--host <address>', 'host to profile on: ssh://USER@HOST[:PORT] (default: this one)', parseSshAddress)
    .option('--ssh-key <file>', 'private key for --host (default: the agent, then keys in ~/.ssh)')
    .option('--ssh-known-hosts <file>', 'host keys for --host (default: ~/.ssh/known_hosts)')
    .option('--forward <port>', 'with --host: port of the container that --test needs at WINNOW_ADDRESS (repeatable)', collectPort, []);
}

/** Uses the engine and the kernel of a place, and leaves nothing there; `ports` are forwarded beside those of the options. */
export async function withPlace<T>(
  {host, sshKey, sshKnownHosts, forward}: PlaceOptions,
  ports: readonly number[],
  context: CommandContext,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const {env, signal} = context;
  if (host === undefined) {
    if (sshKey !== undefined || sshKnownHosts !== undefined || forward.length > 0) {
      throw new WinnowError('--ssh-key, --ssh-known-hosts and --forward go with --host', {exitCode: ExitCode.usage});
    }
    return use({docker: await openEngine(env), probeHost: localProbeHost(env), reach: (address) => Promise.resolve(address)});
  }
  const home = env['HOME'] ?? homedir();
  const askSecret = context.errorIsTerminal ? terminalAsker(signal) : null;
  const remote = await SshHost.open({
    address: host,
    hostKey: await HostKeyChecker.read(host, sshKnownHosts, home),
    credentials: new Credentials(host, {agentSocket: env['SSH_AUTH_SOCK'], keyFile: sshKey, home, askSecret}),
    signal,
    localProbe: () => builtProbe(env),
    ports: [...new Set([...ports, ...forward])],
  });
  try {
    const docker = await openEngine(env, remote.engine);
    return await use({docker, probeHost: remote.probe, reach: (address) => remote.forwards.reach(address)});
  } catch (error) {
    throw signal.aborted ? error : (remote.lostError ?? error);
  } finally {
    await remote.close();
  }
}

function collectPort(text: string, earlier: readonly number[]): number[] {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('it takes a port from 1 to 65535');
  }
  return [...earlier, port];
}
