import type {Duplex} from 'node:stream';
import type {WinnowError} from '../../model/winnow-error.js';
import {knownHostsName} from './address.js';
import {SshConnection} from './connection.js';
import type {DialOptions} from './dial.js';
import {EngineAgent} from './engine-agent.js';
import {PortForwards} from './port-forwards.js';
import {RemoteProbeHost} from './remote-probe.js';

export interface SshHostOptions extends DialOptions {
  /** Gives the path of the probe to copy there. */
  readonly localProbe: () => string;
  /** Ports of containers there that the steps of a run talk to. */
  readonly ports: readonly number[];
}

/** Docker's own socket, and podman's, which is tried where Docker's is not open. */
const engineSocket = '/var/run/docker.sock';
const podmanSocket = '/run/podman/podman.sock';

/** A host to profile on: its engine, its kernel and its containers' ports, all through one connection. */
export class SshHost {
  readonly name: string;
  readonly probe: RemoteProbeHost;
  readonly forwards: PortForwards;
  /** To give to `openEngine`. */
  readonly engine: {readonly agent: EngineAgent; readonly at: string; readonly hint: string};
  readonly #options: SshHostOptions;
  readonly #connection: SshConnection;
  #second: Promise<SshConnection> | undefined;

  private constructor(connection: SshConnection, options: SshHostOptions) {
    const {address: {user}, localProbe, ports} = options;
    this.name = knownHostsName(options.address);
    this.#connection = connection;
    this.#options = options;
    this.probe = new RemoteProbeHost(connection, {name: this.name, user, localProbe});
    this.forwards = new PortForwards(connection, ports);
    this.engine = {
      agent: new EngineAgent(() => this.#openEngineSocket()),
      at: `${engineSocket} of ${this.name}`,
      hint: `start it there, or let ${user} use it: usermod -aG docker ${user}`,
    };
  }

  /** @throws WinnowError as SshConnection.open does */
  static async open(options: SshHostOptions): Promise<SshHost> {
    const connection = await SshConnection.open(options);
    options.credentials.stopAsking();
    return new SshHost(connection, options);
  }

  /** Null while the connection holds; else what explains everything that fails from then on. */
  get lostError(): WinnowError | null {
    return this.#connection.isLost ? this.#connection.lostError() : null;
  }

  /** Leaves nothing there. */
  async close(): Promise<void> {
    this.forwards.close();
    await this.probe.close();
    this.#connection.close();
    (await this.#second?.catch(() => null))?.close();
  }

  /**
   * A run ends with the connection, but its container is to go too: so the engine, and it alone, may be reached
   * through a second connection where the first was lost. That is tried once.
   */
  async #openEngineSocket(): Promise<Duplex> {
    const connection = this.#connection.isLost ? await (this.#second ??= this.#reconnect()) : this.#connection;
    return connection.connectSocket(engineSocket).catch(async (error: unknown) =>
      connection.connectSocket(podmanSocket).catch(() => {
        throw error;
      }),
    );
  }

  async #reconnect(): Promise<SshConnection> {
    return SshConnection.open({...this.#options, signal: new AbortController().signal}).catch(() => {
      throw this.#connection.lostError();
    });
  }
}
