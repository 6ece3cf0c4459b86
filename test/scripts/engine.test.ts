import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';

const script = fileURLToPath(new URL('../../scripts/engine', import.meta.url));

function engine(command: string, host: string) {
  return execa(script, [command], {env: {DOCKER_HOST: host}, reject: false, stdin: 'ignore'});
}

async function ownHost(t: ExecutionContext): Promise<{host: string; socket: string}> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-engine-'));
  const socket = path.join(directory, 'docker.sock');
  const host = `unix://${socket}`;
  t.teardown(async () => {
    await engine('stop', host);
    await rm(directory, {recursive: true});
  });
  return {host, socket};
}

async function serverVersion(host: string): Promise<string> {
  const {stdout} = await execa('docker', ['version', '--format={{.Server.Version}}'], {env: {DOCKER_HOST: host}, reject: false});
  return stdout.trim();
}

test('an engine is started once, used again, and stopped by whoever started it', async (t) => {
  const {host} = await ownHost(t);
  const first = await engine('ensure', host);
  t.is(first.stdout, 'started', first.stderr);
  t.regex(await serverVersion(host), /^\d+\./);
  const second = await engine('ensure', host);
  t.is(second.exitCode, 0);
  t.is(second.stdout, '');
  t.is((await engine('stop', host)).exitCode, 0);
  t.is(await serverVersion(host), '');
});

test('what a dead engine left behind does not keep a new one from starting', async (t) => {
  const {host, socket} = await ownHost(t);
  const dead = createServer().listen(socket);
  await once(dead, 'listening');
  // Leaves the socket file, as a machine that lost its power does.
  await execa('ln', [socket, `${socket}.kept`]);
  dead.close();
  await execa('mv', [`${socket}.kept`, socket]);
  // The number of a process that lives, and is no engine.
  await writeFile(socket.replace(/sock$/, 'pid'), String(process.pid));
  const {stdout, stderr} = await engine('ensure', host);
  t.is(stdout, 'started', stderr);
});

test('stop leaves an engine alone that it did not start', async (t) => {
  const {host, socket} = await ownHost(t);
  await engine('ensure', host);
  const note = path.join(socket.replace(/sock$/, 'exec'), 'started-by-winnow.pid');
  const pid = await readFile(note, 'utf8');
  await rm(note);
  t.is((await engine('stop', host)).exitCode, 0);
  t.regex(await serverVersion(host), /^\d+\./);
  await writeFile(note, pid);
});

test('the bridge of another engine is left alone', async (t) => {
  const {host} = await ownHost(t);
  const added = await execa('ip', ['link', 'add', 'docker0', 'type', 'bridge'], {reject: false});
  t.teardown(async () => {
    if (added.exitCode === 0) {
      await execa('ip', ['link', 'delete', 'docker0']);
    }
  });
  t.is((await engine('ensure', host)).stdout, 'started');
  t.is((await execa('ip', ['link', 'show', 'docker0'], {reject: false})).exitCode, 0);
});

test('an engine elsewhere that does not answer is told in one line', async (t) => {
  const {exitCode, stderr} = await engine('ensure', 'tcp://127.0.0.1:1');
  t.is(exitCode, 1);
  t.is(stderr, 'engine: no Docker engine answers at DOCKER_HOST=tcp://127.0.0.1:1; start it, or unset DOCKER_HOST');
});
