import type Docker from 'dockerode';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {type ContainerOptions, ProfiledContainer} from './container.js';
import {type Network, networkOf} from './docker-args.js';
import {type Readiness, waitUntilReady} from './readiness.js';
import {type RunningService, ServiceDied, ServiceWatch} from './service-watch.js';

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
  readonly services: readonly RunningService[];
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
  const running: RunningService[] = [];
  let network: Network | undefined;
  for (const service of services) {
    const watch = new ServiceWatch(running);
    try {
      network ??= withNames(networkOf(workload.dockerArgs), services);
      const {image: imageId, command, dockerArgs} = service;
      const container = await ProfiledContainer.create(docker, {...workload, imageId, command, dockerArgs, network});
      running.push({name: service.name, container});
      await container.start();
      network = network.mode === 'host' ? network : {mode: `container:${running[0]?.container.id ?? ''}`};
      await waitUntilReady(service.ready, container, AbortSignal.any([signal, watch.signal]));
    } catch (error) {
      const cause = signal.aborted ? error : ((await watch.blamed()) ?? error);
      await removeAll(running.map(({container}) => container));
      throw serviceError(service, cause, signal);
    }
  }
  return {services: running, network};
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
  if (cause instanceof ServiceDied) {
    return cause; // another one
  }
  if (!(cause instanceof WinnowError)) {
    return new WinnowError(`service "${name}": ${String(cause)}`, {cause});
  }
  const {message, exitCode} = cause;
  return new WinnowError(`service "${name}": ${message}`, {exitCode, cause, hint: 'its image, command, env and ready are in the config'});
}
