import type Docker from 'dockerode';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {type ContainerOptions, ProfiledContainer} from './container.js';
import {type Network, networkOf} from './docker-args.js';
import {type Readiness, waitUntilReady} from './readiness.js';
import {type RunningService, ServiceWatch} from './service-watch.js';

/** A container that a workload depends on. */
export interface Service {
  /** Host name by which the workload and the other services reach it. */
  readonly name: string;
  /** Name or id of an image on the engine. */
  readonly image: string;
  readonly command: readonly string[];
  readonly dockerArgs: readonly string[];
  readonly ready: Readiness;
  /** Its files are captured too, in a run of its own image. */
  readonly capture: boolean;
}

export interface CreatedService extends RunningService {
  readonly service: Service;
}

export interface CreatedServices {
  /** In the order they are to be started. */
  readonly services: readonly CreatedService[];
  /** What the workload's container is to have instead of its own; undefined without services. */
  readonly network: Network | undefined;
}

/**
 * Makes services without starting them. All of them and the workload share one network namespace, so this works on an
 * engine that has no network but "none": the first service has the network and ports that the workload asks for, the
 * others join it, and every service's name stands for 127.0.0.1. With the host's network, that is the one they share.
 * @throws WinnowError that names the service; none is left then
 */
export async function createServices(
  docker: Docker,
  services: readonly Service[],
  workload: Pick<ContainerOptions, 'dockerArgs' | 'runId' | 'reach'>,
): Promise<CreatedServices> {
  const created: CreatedService[] = [];
  let network: Network | undefined;
  for (const service of services) {
    try {
      network ??= withNames(networkOf(workload.dockerArgs), services);
      const {image: imageId, command, dockerArgs} = service;
      const container = await ProfiledContainer.create(docker, {...workload, imageId, command, dockerArgs, network});
      created.push({name: service.name, service, container});
      network = network.mode === 'host' ? network : {mode: `container:${created[0]?.container.id ?? ''}`};
    } catch (error) {
      await removeAll(created.map(({container}) => container));
      throw serviceError(service, error);
    }
  }
  return {services: created, network};
}

/** Starts services one after another, each once the one before is ready. @throws WinnowError that names the service */
export async function startServices(services: readonly CreatedService[], onStarted: (service: CreatedService) => void, signal: AbortSignal): Promise<void> {
  for (const [index, created] of services.entries()) {
    const {service, container} = created;
    const watch = new ServiceWatch(services.slice(0, index));
    try {
      await container.start();
      onStarted(created);
      await waitUntilReady(service.ready, container, AbortSignal.any([signal, watch.signal]));
    } catch (error) {
      if (signal.aborted) {
        throw new WinnowError('interrupted while services were starting', {exitCode: ExitCode.interrupted, cause: error});
      }
      throw (await watch.blamed()) ?? serviceError(service, error);
    }
  }
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

function serviceError({name}: Service, cause: unknown): WinnowError {
  if (!(cause instanceof WinnowError)) {
    return new WinnowError(`service "${name}": ${String(cause)}`, {cause});
  }
  const {message, exitCode} = cause;
  return new WinnowError(`service "${name}": ${message}`, {exitCode, cause, hint: 'its image, command, env and ready are in the config'});
}
