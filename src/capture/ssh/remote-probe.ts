import type {ClientChannel} from 'ssh2';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {type ProbeExit, type ProbeHost, type ProbeProcess, Talk} from '../probe-process.js';
import type {SshConnection} from './connection.js';
import {RemoteDirectory} from './remote-directory.js';
import {commandLine, runCommand} from './run-command.js';

/** How long a killed probe may take before its channel is closed over it. */
const killTimeoutMs = 5000;

/** Copies the probe to a host at its first use, and runs it there as often as it is asked to. */
export class RemoteProbeHost implements ProbeHost {
  readonly name: string;
  readonly #connection: SshConnection;
  readonly #user: string;
  readonly #localProbe: () => string;
  #directory: RemoteDirectory | undefined;
  #command: Promise<readonly string[]> | undefined;

  /** `localProbe` gives the path of the program to copy. */
  constructor(connection: SshConnection, {name, user, localProbe}: {name: string; user: string; localProbe: () => string}) {
    this.name = name;
    this.#connection = connection;
    this.#user = user;
    this.#localProbe = localProbe;
  }

  async start(args: readonly string[]): Promise<ProbeProcess> {
    const command = await (this.#command ??= this.#install());
    return new RemoteProbe(this.#connection, await this.#connection.exec(commandLine([...command, ...args])));
  }

  /** Leaves nothing of it on the host. */
  async close(): Promise<void> {
    await this.#directory?.remove();
  }

  async #install(): Promise<readonly string[]> {
    const localProbe = this.#localProbe();
    const prefix = await this.#rootPrefix();
    this.#directory = await RemoteDirectory.make(this.#connection, this.name);
    return [...prefix, await this.#directory.putProgram(localProbe, 'winnow-probe', this.name)];
  }

  /** What makes a command run as root: nothing, or sudo that asks no password. */
  async #rootPrefix(): Promise<readonly string[]> {
    const {output} = await runCommand(this.#connection, ['id', '-u']);
    if (output === '0') {
      return [];
    }
    const {exitCode, talk} = await runCommand(this.#connection, ['sudo', '-n', 'true']);
    if (exitCode !== 0) {
      throw new WinnowError(`${this.name}: the probe needs root, and ${this.#user} can't use sudo without a password (${talk})`, {
        exitCode: ExitCode.hostCannot,
        hint: `connect as root, or allow it there in sudoers: ${this.#user} ALL=(root) NOPASSWD: ALL`,
      });
    }
    return ['sudo', '-n'];
  }
}

class RemoteProbe implements ProbeProcess {
  readonly exit: Promise<ProbeExit>;
  readonly #connection: SshConnection;
  readonly #channel: ClientChannel;
  readonly #ended: Promise<void>;

  constructor(connection: SshConnection, channel: ClientChannel) {
    this.#connection = connection;
    this.#channel = channel;
    const talk = new Talk();
    channel.stderr.setEncoding('utf8').on('data', (text: string) => talk.add(text));
    // 'exit' comes also where nobody reads the records, 'close' only behind the last of them.
    this.#ended = new Promise((resolve) => channel.once('exit', () => resolve()).once('close', () => resolve()));
    this.exit = new Promise((resolve) => {
      channel.once('close', (code?: number | null, signal?: string) => resolve({code: signal ?? `exit code ${code ?? 'unknown'}`, talk: talk.line}));
    });
  }

  get records(): AsyncIterable<Buffer> {
    return this.#read();
  }

  endInput(): void {
    this.#channel.end();
  }

  async kill(): Promise<void> {
    this.#channel.signal('KILL'); // reaches a probe of root's only where root is logged in; the rest reaches any
    this.#channel.end();
    const timer = setTimeout(() => this.#channel.close(), killTimeoutMs);
    await Promise.race([this.#ended, this.#connection.lost]);
    clearTimeout(timer);
  }

  /** The channel's window is what may come unasked, 2 MiB: where nobody reads on, the probe there is held up. */
  async *#read(): AsyncGenerator<Buffer, void, undefined> {
    // By itself the iterator would close the channel at the end of the records, before the exit code is there.
    yield* this.#channel.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>;
    if (this.#connection.isLost) {
      throw this.#connection.lostError();
    }
  }
}
