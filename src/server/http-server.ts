import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {isIPv6, type AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {WebSocketServer} from 'ws';
import type {LiveEvent} from '../model/live.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {answerApi} from './api.js';
import type {Asset} from './assets.js';
import {isAllowedHost, isSameOrigin} from './guard.js';
import {HttpError} from './http-error.js';
import type {Library} from './library.js';
import {tellLive} from './live-socket.js';
import {securityHeaders} from './security-headers.js';

export interface ServerOptions {
  /** Address or host name to listen on. */
  readonly listen: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly library: Library;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly follow: (signal: AbortSignal) => AsyncIterable<LiveEvent>;
}

export interface WebServer {
  readonly url: string;
  /** Ends every connection and resolves when the port is free again and nothing reads the store any more. */
  readonly close: () => Promise<void>;
}

/** A browser's answer to a batch is a short number. */
const maxMessageBytes = 64;
/** Browsers following live at once; each costs one bounded outbox. */
const maxFollowers = 32;

/** @throws WinnowError where the address can't be listened on; its cause has the system's code (EADDRINUSE). */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  const closing = new AbortController();
  const following = new Set<Promise<void>>();
  const server = createServer((request, response) => void answer(request, response, options));
  const sockets = new WebSocketServer({noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false});
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseUpgrade(request, options.listen, sockets.clients.size);
    if (refusal !== null) {
      socket.on('error', () => undefined);
      socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const told = tellLive(client, options.follow, closing.signal).finally(() => following.delete(told));
      following.add(told);
    });
  });
  await listen(server, options);
  return {
    url: urlOf(server),
    close: async () => {
      closing.abort();
      for (const client of sockets.clients) {
        client.terminate();
      }
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, ...following]);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  try {
    const {type, content} = await find(request, options);
    const caching = type === 'application/json' ? 'no-store' : 'no-cache';
    response.writeHead(200, {...securityHeaders, 'content-type': type, 'content-length': content.length, 'cache-control': caching});
    response.end(request.method === 'HEAD' ? undefined : content);
  } catch (error) {
    const {status, message} = toHttpError(error);
    const content = JSON.stringify({error: message});
    response.writeHead(status, {...securityHeaders, 'content-type': 'application/json', 'cache-control': 'no-store', ...(status === 405 ? {allow: 'GET, HEAD'} : {})});
    response.end(request.method === 'HEAD' ? undefined : content);
  }
}

async function find(request: IncomingMessage, {listen, assets, library}: ServerOptions): Promise<Asset> {
  if (!isAllowedHost(request.headers.host, listen)) {
    throw new HttpError(403, 'this server answers to addresses and localhost only');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpError(405, 'only GET and HEAD are served');
  }
  const target = request.url ?? '';
  if (!target.startsWith('/') || !URL.canParse(target, 'http://host')) {
    throw new HttpError(400, 'the address is malformed');
  }
  const url = new URL(target, 'http://host');
  if (url.pathname.startsWith('/api/')) {
    return {type: 'application/json', content: Buffer.from(JSON.stringify(await answerApi(library, url)))};
  }
  const asset = assets.get(url.pathname);
  if (asset === undefined) {
    throw new HttpError(404, 'there is nothing here');
  }
  return asset;
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) {
    return error;
  }
  if (error instanceof WinnowError) {
    return new HttpError(500, error.hint === undefined ? error.message : `${error.message}; ${error.hint}`, {cause: error});
  }
  return new HttpError(500, `unexpected: ${error instanceof Error ? error.message : String(error)}`, {cause: error});
}

/** Status line that refuses a WebSocket, or null where it is welcome. */
function refuseUpgrade({url, headers}: IncomingMessage, listen: string, followers: number): string | null {
  if (!isAllowedHost(headers.host, listen) || !isSameOrigin(headers.origin, headers.host)) {
    return '403 Forbidden';
  }
  if (url !== '/ws/live') {
    return '404 Not Found';
  }
  return followers < maxFollowers ? null : '503 Service Unavailable';
}

function listen(server: Server, {listen: host, port}: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `can't be listened on (${cause.code ?? cause.message})`;
      reject(new WinnowError(`port ${port} of ${host} ${why}`, {exitCode: ExitCode.failed, hint: 'give another one with --port, or --port 0 for any that is free', cause}));
    });
    server.listen({host, port}, resolve);
  });
}

function urlOf(server: Server): string {
  const {address, port} = server.address() as AddressInfo;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}
