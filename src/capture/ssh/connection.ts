import type {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {Client, ClientChannel, SFTPWrapper} from 'ssh2';
import {WinnowError} from '../../model/winnow-error.js';
import {knownHostsName} from './address.js';
import {dial, type DialOptions} from './dial.js';

/** How long a host may take over its part of the end. */
const closeTimeoutMs = 2000;

/** One authenticated connection. Everything it opens ends with it. */
export class SshConnection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #name: string;
  /** Resolves once nothing comes through it any more. */
  readonly lost: Promise<void>;
  #isLost = false;

  private constructor(client: Client, socket: Socket, name: string) {
    this.#client = client;
    this.#socket = socket;
    this.#name = name;
    this.lost = new Promise((resolve) => {
      client.once('close', () => {
        this.#isLost = true;
        resolve();
      });
    });
  }

  /** @throws WinnowError as `dial` does */
  static async open(options: DialOptions): Promise<SshConnection> {
    const {client, socket} = await dial(options);
    return new SshConnection(client, socket, knownHostsName(options.address));
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** What to say then. */
  lostError(): WinnowError {
    return new WinnowError(`the connection to ${this.#name} was lost`, {hint: 'what came before is kept; run again'});
  }

  /** Starts a command of the host's login shell. */
  async exec(command: string): Promise<ClientChannel> {
    return this.#open('a command', (done) => this.#client.exec(command, done));
  }

  async sftp(): Promise<SFTPWrapper> {
    return this.#open('SFTP', (done) => this.#client.sftp(done));
  }

  /** Connects to a Unix socket there. */
  async connectSocket(path: string): Promise<Duplex> {
    return this.#open(path, (done) => this.#client.openssh_forwardOutStreamLocal(path, done));
  }

  /** Connects from there to a TCP port. */
  async connectTcp(host: string, port: number): Promise<Duplex> {
    return this.#open(`${host}:${port}`, (done) => this.#client.forwardOut('127.0.0.1', 0, host, port, done));
  }

  close(): void {
    this.#client.end();
    setTimeout(() => this.#socket.destroy(), closeTimeoutMs).unref();
  }

  async #open<T>(what: string, open: (done: (error: Error | undefined, channel: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error): void => {
        reject(this.#isLost ? this.lostError() : new WinnowError(`${this.#name} does not open ${what}: ${cause.message.replace(/^\(SSH\) /, '')}`, {cause}));
      };
      try {
        open((error, channel) => (error === undefined ? resolve(channel) : fail(error)));
      } catch (error) {
        fail(error as Error); // thrown where the connection has ended
      }
    });
  }
}
