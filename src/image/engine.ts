import type {Agent} from 'node:http';
import process from 'node:process';
import {Readable} from 'node:stream';
import Docker from 'dockerode';
import {ExitCode} from '../model/exit-code.js';
import type {ImageIndex, ImageReference} from '../model/image-index.js';
import {WinnowError} from '../model/winnow-error.js';
import {readImageArchive} from './image-archive.js';

/** Names and ids that may stand in a path of the API; the engine itself checks them more closely. */
const imageName = /^(?!.*\.\.)[A-Za-z0-9][\w./:@-]*$/;
type Environment = Readonly<Record<string, string | undefined>>;

/** Docker's own socket, then podman's, which offers the same API (podman-system-service(1)). */
const usualHosts = ['unix:///var/run/docker.sock', 'unix:///run/podman/podman.sock'];

/** A way to an engine that is not on this host. */
export interface EngineTransport {
  readonly agent: Agent;
  /** Where the engine is, for a person. */
  readonly at: string;
  /** What to do where it does not answer. */
  readonly hint: string;
}

/**
 * The engine behind `transport`, else at DOCKER_HOST (`unix://PATH`, `tcp://HOST:PORT`), else at Docker's own socket, else
 * at podman's; it has answered once.
 * @throws WinnowError (hostCannot) where none answers, (usage) for an address of another kind
 */
export async function openEngine(env: Environment = process.env, transport?: EngineTransport): Promise<Docker> {
  if (transport !== undefined) {
    const {agent, at, hint} = transport;
    return answering(new Docker(throughAgent(agent)), at, hint);
  }
  const named = env['DOCKER_HOST'];
  let failure: unknown;
  for (const host of named ? [named] : usualHosts) {
    try {
      return await answering(new Docker(addressOf(host)), host, 'start it or see winnow doctor');
    } catch (error) {
      failure ??= error; // Docker's, which is what most people have
    }
  }
  throw failure;
}

export type EngineName = 'Docker' | 'Podman';

/** Whose engine it is. */
export async function engineName(engine: Docker): Promise<EngineName> {
  const {Components = []} = (await engine.version()) as {Components?: readonly {Name: string}[]};
  return Components.some(({Name}) => Name.startsWith('Podman')) ? 'Podman' : 'Docker';
}

async function answering(engine: Docker, at: string, hint: string): Promise<Docker> {
  try {
    await engine.ping();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EACCES') {
      throw new WinnowError(`this user may not use Docker at ${at}`, {exitCode: ExitCode.hostCannot, hint: 'run it with sudo -E', cause});
    }
    throw new WinnowError(`Docker does not answer at ${at}`, {exitCode: ExitCode.hostCannot, hint, cause});
  }
  return engine;
}

/** @throws WinnowError where the engine has no image of that name or id */
export async function findImage(engine: Docker, name: string): Promise<ImageReference> {
  if (!imageName.test(name)) {
    throw unknownImage(name);
  }
  try {
    const {Id: id, RootFS: rootfs} = await engine.getImage(name).inspect();
    return {name, id, layers: rootfs.Layers ?? []};
  } catch (cause) {
    throw statusOf(cause) === 404 || statusOf(cause) === 400 ? unknownImage(name, cause) : engineError(`looking up image "${name}"`, cause);
  }
}

/** Reads an image through the engine's export stream, as `docker save` does. @throws WinnowError */
export async function readEngineImage(engine: Docker, name: string): Promise<ImageIndex> {
  // By id, because a name without a tag exports every image of the repository.
  const {id} = await findImage(engine, name);
  const index = await readImageArchive(await exportImage(engine, id), {name});
  if (index.image.id !== id) {
    throw new WinnowError(`the engine exported ${index.image.id} for image "${name}", which it knows as ${id}`, {
      hint: "use an engine that names images by their config, as Docker's overlay2 driver does, or an archive",
    });
  }
  return index;
}

/** The stream of `docker save`. */
export async function exportImage(engine: Docker, id: string): Promise<Readable> {
  try {
    return Readable.from(await engine.getImage(id).get());
  } catch (cause) {
    throw engineError(`exporting image ${id}`, cause);
  }
}

/** The host's name goes into a header only. docker-modem takes an agent, though dockerode's types don't say so. */
function throughAgent(agent: Agent): Docker.DockerOptions {
  const options: Docker.DockerOptions & {agent: Agent} = {protocol: 'http', host: 'localhost', port: 80, agent};
  return options;
}

function addressOf(host: string): Docker.DockerOptions {
  if (host.startsWith('unix://')) {
    return {socketPath: host.slice('unix://'.length)};
  }
  const httpHost = host.replace(/^tcp:/, 'http:');
  if (!httpHost.startsWith('http://') || !URL.canParse(httpHost)) {
    throw new WinnowError(`DOCKER_HOST "${host}" is not supported`, {exitCode: ExitCode.usage, hint: 'use unix://PATH or tcp://HOST:PORT'});
  }
  const url = new URL(httpHost);
  return {protocol: 'http', host: url.hostname, port: url.port || 2375};
}

function unknownImage(name: string, cause?: unknown): WinnowError {
  return new WinnowError(`no image "${name}" on this engine`, {hint: 'build or load it first; docker images lists what is there', cause});
}

export function statusOf(error: unknown): unknown {
  return error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
}

export function engineError(doing: string, cause: unknown): WinnowError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WinnowError(`${doing} failed: ${reason.trim().replaceAll('\n', ' ')}`, {hint: 'see the log of the Docker engine', cause});
}
