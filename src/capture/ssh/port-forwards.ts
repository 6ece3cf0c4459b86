import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {WinnowError} from '../../model/winnow-error.js';
import type {SshConnection} from './connection.js';

/**
 * Makes ports of addresses on another host reachable here, each address at a loopback address of its own, under the same
 * port numbers: so {address} and WINNOW_ADDRESS mean the container there as they do here.
 */
export class PortForwards {
  readonly #connection: SshConnection;
  readonly #ports: readonly number[];
  readonly #localAddresses = new Map<string, Promise<string>>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(connection: SshConnection, ports: readonly number[]) {
    this.#connection = connection;
    this.#ports = ports;
  }

  /** The address here that stands for `remoteAddress`. @throws WinnowError where a port can't be opened here */
  async reach(remoteAddress: string): Promise<string> {
    let local = this.#localAddresses.get(remoteAddress);
    if (local === undefined) {
      local = this.#listen(remoteAddress);
      this.#localAddresses.set(remoteAddress, local);
    }
    return local;
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
    }
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async #listen(remoteAddress: string): Promise<string> {
    // All of 127.0.0.0/8 is this host (RFC 5735); one of 16 million is hardly taken.
    const localAddress = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
    for (const port of this.#ports) {
      const server = createServer((socket) => void this.#connect(socket, remoteAddress, port));
      this.#servers.push(server);
      server.listen(port, localAddress);
      await once(server, 'listening').catch((cause: unknown) => {
        throw new WinnowError(`port ${port} can't be opened on ${localAddress} to forward it: ${(cause as Error).message}`, {
          hint: 'ports below 1024 need root on this host too',
          cause,
        });
      });
    }
    return localAddress;
  }

  async #connect(socket: Socket, address: string, port: number): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    try {
      const stream = await this.#connection.connectTcp(address, port);
      stream.on('error', () => socket.destroy()).once('close', () => socket.destroy());
      socket.once('close', () => stream.destroy());
      socket.pipe(stream).pipe(socket);
    } catch {
      socket.resetAndDestroy(); // as a port does where nobody listens
    }
  }
}
