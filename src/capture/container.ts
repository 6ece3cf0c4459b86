import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';
import type Docker from 'dockerode';
import type {ContainerPath} from '../model/container-path.js';
import {WinnowError} from '../model/winnow-error.js';
import {identityOf, isDead, type ProcessIdentity} from '../store/process-identity.js';
import {addressOf} from './container-address.js';
import {ContainerOutput} from './container-output.js';
import {healthOf, listensIn} from './container-state.js';
import {type ExecResult, execInside} from './exec-inside.js';
import {type Network, parseDockerArgs, withNetwork} from './docker-args.js';
import {mountedByEngine} from './mounted-paths.js';

export interface ContainerOptions {
  readonly imageId: string;
  /** Arguments behind the image: replaces the image's own command. */
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  /** Kept as a label, so that a container whose controller died is found and removed. */
  readonly runId: string;
  /** The address here by which an address of the engine's host is reached; where the engine is on this host, the same. */
  readonly reach: (address: string) => Promise<string>;
  /** Replaces the network, ports and host names that `dockerArgs` ask for. */
  readonly network?: Network | undefined;
}

/** Labels of every container that winnow makes: its run, and the process that is to remove it. */
const runLabel = 'winnow.run';
const controllerLabel = 'winnow.controller';

const outputGraceMs = 1000;

/** One container from create to remove. Nothing of it stays behind after `remove`. */
export class ProfiledContainer {
  readonly #container: Docker.Container;
  readonly #docker: Docker;
  readonly #reach: ContainerOptions['reach'];
  readonly #output = new ContainerOutput();
  #exit: Promise<number> | undefined;

  private constructor(docker: Docker, container: Docker.Container, reach: ContainerOptions['reach']) {
    this.#docker = docker;
    this.#container = container;
    this.#reach = reach;
  }

  /** Makes the container without starting it, so that a probe can wait for its first instruction. */
  static async create(docker: Docker, options: ContainerOptions): Promise<ProfiledContainer> {
    const args = parseDockerArgs(options.dockerArgs);
    const create: Docker.ContainerCreateOptions = {
      ...(options.network === undefined ? args : withNetwork(args, options.network)),
      Image: options.imageId,
      Labels: {[runLabel]: options.runId, [controllerLabel]: JSON.stringify(await identityOf(process.pid))},
      ...(options.command.length > 0 ? {Cmd: [...options.command]} : {}),
    };
    try {
      return new ProfiledContainer(docker, await docker.createContainer(create), options.reach);
    } catch (error) {
      throw engineError('the engine does not make a container of this image', error);
    }
  }

  get id(): string {
    return this.#container.id;
  }

  /** The last lines that the container printed. */
  get output(): string {
    return this.#output.text;
  }

  async start(): Promise<void> {
    try {
      await this.#listen(); // with podman this makes the container, as start does with Docker
      await this.#container.start();
    } catch (error) {
      throw engineError('the container does not start', error);
    }
  }

  /** Resolves to the exit code when the container has ended by itself or was stopped. */
  async exit(): Promise<number> {
    if (this.#exit === undefined) {
      throw new Error('the container was not started');
    }
    return this.#exit;
  }

  /** Calls `listener` with each piece of output from now on, and at once with what there was. */
  onOutput(listener: (text: string) => void): () => void {
    return this.#output.on(listener);
  }

  /** Address that this host reaches it by; null without a network of its own. */
  async address(): Promise<string | null> {
    return addressOf(this.#docker, this.#container.id, this.#reach);
  }

  /** Whether a program listens on a port inside, also where no network leads there; false where the engine is on another host. */
  async listens(port: number): Promise<boolean> {
    return listensIn(this.#docker, this.#container.id, port);
  }

  /** Health as the image's HEALTHCHECK tells; null where it has none. */
  async health(): Promise<string | null> {
    return healthOf(this.#docker, this.#container.id);
  }

  /** Container paths of everything mounted over the image. */
  async mountPoints(): Promise<ContainerPath[]> {
    return mountedByEngine(await this.#container.inspect());
  }

  exec(argv: readonly string[]): Promise<ExecResult> {
    return execInside(this.#docker, this.#container.id, argv);
  }

  /** SIGTERM, then SIGKILL after `graceSeconds`, or after what --stop-timeout says; harmless where it has ended already. */
  async stop(graceSeconds?: number): Promise<void> {
    await this.#container.stop(graceSeconds === undefined ? {} : {t: graceSeconds}).catch((error: unknown) => ignoreStatus(error, [304, 404], 'the container does not stop'));
  }

  async remove(): Promise<void> {
    await removeContainer(this.#container);
  }

  async #listen(): Promise<void> {
    const stream = await this.#container.attach({stream: true, stdout: true, stderr: true});
    this.#output.read(this.#docker, stream);
    const allHeard = new Promise((resolve) => stream.once('end', resolve).once('close', resolve).once('error', resolve));
    this.#exit = (this.#container.wait({condition: 'next-exit'}) as Promise<{StatusCode: number}>).then(async ({StatusCode}) => {
      // The last line may come behind the exit code; an engine that keeps the stream open holds nobody up.
      await Promise.race([allHeard, sleep(outputGraceMs, undefined, {ref: false})]);
      return StatusCode;
    });
    this.#exit.catch(() => undefined);
  }
}

/** Removes containers whose controller was killed before it could. Returns how many. */
export async function removeOrphans(docker: Docker): Promise<number> {
  const containers = await docker.listContainers({all: true, filters: {label: [runLabel]}});
  const orphaned = await Promise.all(containers.map(async ({Labels}) => isOrphaned(Labels[controllerLabel])));
  const orphans = containers.filter((_, index) => orphaned[index]);
  for (const {Id} of orphans) {
    await removeContainer(docker.getContainer(Id));
  }
  return orphans.length;
}

async function isOrphaned(label: string | undefined): Promise<boolean> {
  try {
    return await isDead(JSON.parse(label ?? '') as ProcessIdentity);
  } catch {
    return false; // not ours
  }
}

/** 409: another removal goes on. */
async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({force: true, v: true}).catch((error: unknown) => ignoreStatus(error, [404, 409], 'the container can\'t be removed'));
}

function engineError(what: string, error: unknown): WinnowError {
  if (error instanceof WinnowError) {
    return error; // the way to the engine broke
  }
  const {json, message} = error as {json?: {message?: string}; message?: string};
  const reason = (json?.message ?? message ?? String(error)).trim().replaceAll('\n', ' ');
  return new WinnowError(`${what}: ${reason}`, {cause: error, hint: 'docker run with the same arguments says more'});
}

function ignoreStatus(error: unknown, statuses: readonly number[], what: string): void {
  if (!statuses.includes((error as {statusCode?: number}).statusCode ?? 0)) {
    throw engineError(what, error);
  }
}
