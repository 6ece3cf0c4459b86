import {once} from 'node:events';
import {createServer} from 'node:http';
import {connect, createServer as createSocketServer, type AddressInfo} from 'node:net';
import test from 'ava';
import Docker from 'dockerode';
import {findImage, openEngine, readEngineImage} from '../../src/image/engine.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {file, makeArchive} from './archives.js';
import {loadArchive, uniqueTag} from './engine-truth.js';

test('an image is found by name and by id, and read under the name that was asked for', async (t) => {
  const tag = uniqueTag('engine');
  await loadArchive(t, await makeArchive([[file('a')], [file('b')]], {tag}), tag);
  const engine = await openEngine();
  const reference = await findImage(engine, tag);
  t.is(reference.name, tag);
  t.is(reference.layers.length, 2);
  t.deepEqual((await findImage(engine, reference.id)).layers, reference.layers);
  t.deepEqual((await readEngineImage(engine, tag)).image, reference);
  t.is((await readEngineImage(engine, reference.id)).image.name, reference.id);
});

for (const name of ['winnow-test-nowhere:1', '', 'No Such Name', 'UPPER', 'a/../../containers', '-x', 'x?y=1']) {
  test(`an unknown image is told in one line: "${name}"`, async (t) => {
    const error = await t.throwsAsync(findImage(await openEngine(), name), {instanceOf: WinnowError, message: `no image "${name}" on this engine`});
    t.like(error, {exitCode: ExitCode.failed, hint: 'build or load it first; docker images lists what is there'});
  });
}

test('an engine that is not there is told with the address and the exit code for the host', async (t) => {
  for (const host of ['unix:///nonexistent/docker.sock', 'tcp://127.0.0.1:1']) {
    const error = await t.throwsAsync(openEngine({DOCKER_HOST: host}), {instanceOf: WinnowError, message: `Docker does not answer at ${host}`});
    t.like(error, {exitCode: ExitCode.hostCannot, hint: 'start it or see winnow doctor'});
  }
});

test('an address of an unknown kind is wrong usage', async (t) => {
  for (const host of ['ssh://host', 'docker.sock', 'tcp://']) {
    const error = await t.throwsAsync(openEngine({DOCKER_HOST: host}), {instanceOf: WinnowError, message: `DOCKER_HOST "${host}" is not supported`});
    t.is(error?.exitCode, ExitCode.usage);
  }
});

test('an engine is reached over tcp', async (t) => {
  // A door to the real engine's socket.
  const proxy = createSocketServer((socket) => {
    const engine = connect('/var/run/docker.sock');
    socket.pipe(engine).pipe(socket);
    socket.on('error', () => engine.destroy());
    engine.on('error', () => socket.destroy());
    socket.on('close', () => engine.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => proxy.close());
  const engine = await openEngine({DOCKER_HOST: `tcp://127.0.0.1:${(proxy.address() as AddressInfo).port}`});
  t.is((await engine.version()).Os, 'linux');
});

test('an export that breaks off is told in one line', async (t) => {
  const id = `sha256:${'0'.repeat(64)}`;
  const archive = await makeArchive([[file('a', 'x'.repeat(100_000))]]);
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/get') === true) {
      response.writeHead(200, {'content-type': 'application/x-tar'});
      response.write(archive.subarray(0, 5000), () => response.destroy());
    } else {
      response.end(JSON.stringify({Id: id, RootFS: {Layers: []}}));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const engine = new Docker({protocol: 'http', host: '127.0.0.1', port: (server.address() as AddressInfo).port});
  const error = await t.throwsAsync(readEngineImage(engine, 'x'), {instanceOf: WinnowError, message: /image archive: reading it failed: aborted/});
  t.truthy(error?.cause);
});
