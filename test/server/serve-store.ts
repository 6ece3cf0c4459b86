import {request} from 'node:http';
import type {ExecutionContext} from 'ava';
import {loadAssets} from '../../src/server/assets.js';
import {startServer, type WebServer} from '../../src/server/http-server.js';
import {openLibrary} from '../../src/server/library.js';
import {followLive} from '../../src/store/follow-live.js';

/** Serves a store on a free port until the test ends. The page must have been built (scripts/build-web). */
export async function serveStore(t: ExecutionContext, storeDirectory: string): Promise<WebServer> {
  const server = await startServer({
    listen: '127.0.0.1',
    port: 0,
    library: openLibrary(storeDirectory),
    assets: await loadAssets(),
    follow: (signal) => followLive(storeDirectory, signal),
  });
  t.teardown(server.close);
  return server;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Unlike fetch, this sends a path and a Host header just as they are. */
export function ask(url: string, path: string, {method = 'GET', headers = {}}: {method?: string; headers?: Record<string, string>} = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const {hostname, port} = new URL(url);
    const outgoing = request({hostname, port, path, method, headers}, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({status: response.statusCode ?? 0, headers: response.headers, body}));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
