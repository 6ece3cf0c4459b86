import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {linesOf, spawnWinnow, temporaryStore, winnow} from '../run-winnow.js';

async function serve(t: ExecutionContext, ...flags: string[]): Promise<{server: ReturnType<typeof spawnWinnow>; firstLine: string}> {
  const server = spawnWinnow(['serve', '--store', await temporaryStore(t), ...flags]);
  t.teardown(() => server.kill('SIGKILL'));
  const [data] = (await once(server.stdout, 'data')) as [Buffer];
  return {server, firstLine: data.toString('utf8').trimEnd()};
}

async function takePort(t: ExecutionContext, port: number): Promise<number> {
  const server = createServer().listen({host: '127.0.0.1', port});
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => {
    server.on('listening', () => resolve());
    server.on('error', () => resolve()); // taken is taken, whoever has it
  });
  return (server.address() as AddressInfo | null)?.port ?? port;
}

const endsWell = test.macro<[signal: 'SIGINT' | 'SIGTERM']>({
  exec: async (t, signal) => {
    const {server, firstLine: url} = await serve(t, '--port', '0');
    t.regex(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    t.is((await fetch(url)).status, 200);
    server.kill(signal);
    t.is((await server).exitCode, 0);
    await t.throwsAsync(fetch(url));
  },
  title: (_, signal) => `${signal} is the normal end of the server`,
});
test(endsWell, 'SIGINT');
test(endsWell, 'SIGTERM');

test('--json prints the address as a document', async (t) => {
  const {server, firstLine} = await serve(t, '--port', '0', '--json', '--quiet');
  const {url} = JSON.parse(firstLine) as {url: string};
  t.is((await fetch(new URL('/api/runs', url))).status, 200);
  server.kill('SIGINT');
  t.is((await server).stderr, '');
});

test('the usual port being taken, a free one serves', async (t) => {
  await takePort(t, 7342);
  const {server, firstLine: url} = await serve(t);
  t.not(new URL(url).port, '7342');
  t.is((await fetch(url)).status, 200);
  server.kill('SIGINT');
  t.regex((await server).stderr, /^port 7342 is in use; taking a free one\n/);
});

const fails = test.macro<[what: string, flags: readonly string[], code: number, message: RegExp]>({
  exec: async (t, _what, flags, code, message) => {
    const outcome = await winnow(['serve', '--store', await temporaryStore(t), ...flags]);
    t.deepEqual([outcome.code, outcome.out, linesOf(outcome.err).length], [code, '', 1]);
    t.regex(outcome.err, message);
  },
  title: (_, what) => `${what} is one clear line`,
});

test('a port that was asked for and is taken is one clear line', async (t) => {
  const port = await takePort(t, 0);
  const {code, err} = await winnow(['serve', '--store', await temporaryStore(t), '--port', String(port)]);
  t.is(code, 1);
  t.is(err, `winnow: port ${port} of 127.0.0.1 is in use by another program; give another one with --port, or --port 0 for any that is free\n`);
});

test(fails, 'a port too high', ['--port', '65536'], 2, /"65536" is not a port; give a number from 0 to 65535/);
test(fails, 'a port that is a word', ['--port', 'http'], 2, /"http" is not a port/);
test(fails, 'an address of no interface here', ['--port', '0', '--listen', '192.0.2.1'], 1, /port 0 of 192\.0\.2\.1 can't be listened on \(EADDRNOTAVAIL\); /);
test(fails, 'an unknown flag', ['--prot', '1'], 2, /unknown option '--prot'.*--port/);

test('help shows how to look at another machine’s store', async (t) => {
  const {code, out} = await winnow(['serve', '--help']);
  t.is(code, 0);
  t.regex(out, /ssh -L 7342/);
});
