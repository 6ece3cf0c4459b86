import type Docker from 'dockerode';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {type ContainerOptions, ProfiledContainer} from './container.js';
import {type Network, networkOf} from './docker-args.js';
import {type Readiness, waitUntilReady} from './readiness.js';

/** A container that a workload depends on. It is not captured. */
export interface Service {
  /** Host name by which the workload and the other services reach it. */
  readonly name: string;
  /** Name or id of an image on the engine. */
  readonly image: string;
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  readonly ready: Readiness;
}

export interface RunningServices {
  /** In the order they were started. */
  readonly containers: readonly ProfiledContainer[];
  /** What the workload's container is to have instead of its own; undefined without services. */
  readonly network: Network | undefined;
}

/**
 * Starts services one after another, each once the one before is ready. All of them and the workload share one network
 * namespace, so this works on an engine that has no network but "none": the first service has the network and ports that
 * the workload asks for, the others join it, and every service's name stands for 127.0.0.1. With the host's network,
 * that is the one they share.
 * @throws WinnowError that names the service; those started before are gone then
 */
export async function startServices(
  docker: Docker,
  services: readonly Service[],
  workload: Pick<ContainerOptions, 'dockerArgs' | 'runId' | 'reach'>,
  signal: AbortSignal,
): Promise<RunningServices> {
  const containers: ProfiledContainer[] = [];
  let network: Network | undefined;
  for (const service of services) {
    try {
      network ??= withNames(networkOf(workload.dockerArgs), services);
      const {image: imageId, command, dockerArgs} = service;
      const container = await ProfiledContainer.create(docker, {...workload, imageId, command, dockerArgs, network});
      containers.push(container);
      await container.start();
      network = network.mode === 'host' ? network : {mode: `container:${containers[0]?.id ?? ''}`};
      await waitUntilReady(service.ready, container, signal);
    } catch (error) {
      await removeAll(containers);
      throw serviceError(service, error, signal);
    }
  }
  return {containers, network};
}

/** Removes containers, the last one first, since the others live in the first one's network. Resolves to the first failure. */
export async function removeAll(containers: readonly ProfiledContainer[]): Promise<unknown> {
  let failure: unknown = null;
  for (const container of containers.toReversed()) {
    await container.remove().catch((error: unknown) => (failure ??= error));
  }
  return failure;
}

function withNames(network: Network, services: readonly Service[]): Network {
  return {...network, hosts: [...(network.hosts ?? []), ...services.map(({name}) => `${name}:127.0.0.1`)]};
}

function serviceError({name}: Service, cause: unknown, signal: AbortSignal): WinnowError {
  if (signal.aborted) {
    return new WinnowError('interrupted while services were starting', {exitCode: ExitCode.interrupted, cause});
  }
  if (!(cause instanceof WinnowError)) {
    return new WinnowError(`service "${name}": ${String(cause)}`, {cause});
  }
  const {message, exitCode} = cause;
  return new WinnowError(`service "${name}": ${message}`, {exitCode, cause, hint: 'its image, command, env and ready are in the config'});
}
