import {once} from 'node:events';
import {connect} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {WebSocket} from 'ws';
import {WinnowError} from '../../src/model/winnow-error.js';
import {startServer} from '../../src/server/http-server.js';
import {openLibrary} from '../../src/server/library.js';
import {followLive} from '../../src/store/follow-live.js';
import {makeDirectory} from './sample-store.js';
import {ask, serveStore} from './serve-store.js';

const serveEmpty = async (t: ExecutionContext): Promise<string> => (await serveStore(t, await makeDirectory(t))).url;

test('the page, its parts and the API carry every protective header', async (t) => {
  const url = await serveEmpty(t);
  for (const path of ['/', '/app.js', '/style.css', '/icon.svg', '/vendor/d3.js', '/vendor/chart.js', '/api/runs', '/nothing']) {
    const {status, headers} = await ask(url, path);
    t.is(status, path === '/nothing' ? 404 : 200, path);
    t.regex(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    t.notRegex(String(headers['content-security-policy']), /unsafe|https?:|\*/);
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['cross-origin-resource-policy'], 'same-origin');
    t.is(headers['access-control-allow-origin'], undefined);
  }
});

test('a name that may have been rebound is refused', async (t) => {
  const url = await serveEmpty(t);
  t.is((await ask(url, '/api/runs', {headers: {host: 'evil.example'}})).status, 403);
  t.is((await ask(url, '/', {headers: {host: 'localhost.evil.example:7342'}})).status, 403);
  t.is((await ask(url, '/', {headers: {host: 'localhost:7342'}})).status, 200);
});

const isRefused = test.macro<[method: string]>({
  exec: async (t, method) => {
    const {status, headers} = await ask(await serveEmpty(t), '/api/runs', {method});
    t.is(status, 405);
    t.is(headers['allow'], 'GET, HEAD');
  },
  title: (_, method) => `${method} is refused`,
});
test(isRefused, 'POST');
test(isRefused, 'PUT');
test(isRefused, 'DELETE');
test(isRefused, 'OPTIONS');

test('HEAD answers like GET, without the body', async (t) => {
  const url = await serveEmpty(t);
  const [head, get] = [await ask(url, '/', {method: 'HEAD'}), await ask(url, '/')];
  t.is(head.status, 200);
  t.is(head.body, '');
  t.is(head.headers['content-length'], String(Buffer.byteLength(get.body)));
});

const leadsNowhere = test.macro<[path: string]>({
  exec: async (t, path) => {
    const {status, body} = await ask(await serveEmpty(t), path);
    t.true(status === 404 || status === 400, `${status}`);
    t.regex((JSON.parse(body) as {error: string}).error, /^[^\n]+$/);
  },
  title: (_, path) => `${path} leads nowhere`,
});
test(leadsNowhere, '/../package.json');
test(leadsNowhere, '/vendor/../package.json');
test(leadsNowhere, '/vendor/%2e%2e/package.json');
test(leadsNowhere, '/vendor/..%2f..%2fpackage.json');
test(leadsNowhere, '/vendor/..\\package.json');
test(leadsNowhere, '//etc/passwd');
test(leadsNowhere, '/vendor/manifest.json');
test(leadsNowhere, '/%');
test(leadsNowhere, '*');
test(leadsNowhere, '/api/runs/%2e%2e%2fimages');
test(leadsNowhere, '/api/runs/..%2f..%2fx/rows');
test(leadsNowhere, '/api/runs/%zz');
test(leadsNowhere, '/api/images/..%2f..%2fpackage/files');
test(leadsNowhere, '/api/images/sha256:..%2f..%2fpackage/discovery');
test(leadsNowhere, '/api/runs?offset=-1');
test(leadsNowhere, '/api/runs?limit=501');
test(leadsNowhere, '/api/runs?limit=1e3');
test(leadsNowhere, `/api/runs?q=${'x'.repeat(1001)}`);

test('bytes that are no HTTP end the connection and nothing else', async (t) => {
  const url = await serveEmpty(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end('\0\u0001 not http\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  t.is((await ask(url, '/')).status, 200);
});

const opensSocket = async (url: string, options: {origin?: string; headers?: Record<string, string>}, path = '/ws/live'): Promise<boolean> => {
  const socket = new WebSocket(new URL(path, url), options);
  const opened = await new Promise<boolean>((resolve) => {
    socket.on('open', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  socket.terminate();
  return opened;
};

test('a WebSocket opens for the page’s own origin only', async (t) => {
  const url = await serveEmpty(t);
  const origin = new URL(url).origin;
  t.true(await opensSocket(url, {origin}));
  t.false(await opensSocket(url, {origin: 'http://evil.example'}));
  t.false(await opensSocket(url, {origin: 'http://127.0.0.1:1'}));
  t.false(await opensSocket(url, {origin: 'null'}));
  t.false(await opensSocket(url, {}));
  t.false(await opensSocket(url, {origin: 'http://evil.example', headers: {host: 'evil.example'}}));
  t.false(await opensSocket(url, {origin}, '/ws/other'));
});

test('a WebSocket message longer than a batch number ends that socket', async (t) => {
  const url = await serveEmpty(t);
  const socket = new WebSocket(new URL('/ws/live', url), {origin: new URL(url).origin});
  await once(socket, 'open');
  socket.send('x'.repeat(65));
  const [code] = (await once(socket, 'close')) as [number];
  t.is(code, 1009);
});

test('no more than 32 pages follow at once', async (t) => {
  const url = await serveEmpty(t);
  const {origin} = new URL(url);
  const sockets = Array.from({length: 32}, () => new WebSocket(new URL('/ws/live', url), {origin}));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  t.false(await opensSocket(url, {origin}));
  for (const socket of sockets) {
    socket.terminate();
  }
});

test('a port that is taken is one clear error', async (t) => {
  const directory = await makeDirectory(t);
  const {url} = await serveStore(t, directory);
  const port = Number(new URL(url).port);
  const options = {listen: '127.0.0.1', port, library: openLibrary(directory), assets: new Map(), follow: (signal: AbortSignal) => followLive(directory, signal)};
  const error = await t.throwsAsync(startServer(options), {instanceOf: WinnowError});
  t.is(error.message, `port ${port} of 127.0.0.1 is in use by another program`);
  t.regex(error.hint ?? '', /--port/);
});

test('closing ends open connections and frees the port', async (t) => {
  const directory = await makeDirectory(t);
  const server = await serveStore(t, directory);
  const socket = new WebSocket(new URL('/ws/live', server.url), {origin: new URL(server.url).origin});
  await once(socket, 'open');
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(idle, 'connect');
  idle.resume();
  await Promise.all([once(socket, 'close'), once(idle, 'close'), server.close()]);
  await t.throwsAsync(ask(server.url, '/'), {code: 'ECONNREFUSED'});
});
