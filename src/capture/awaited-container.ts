import type Docker from 'dockerode';
import {addressOf} from './container-address.js';
import {ContainerOutput} from './container-output.js';
import {healthOf, listensIn} from './container-state.js';
import type {ReadinessTarget} from './readiness.js';
import type {RunningContainer} from './running-containers.js';

/**
 * A container that runs, or that somebody else is about to start, as something to wait for until the signal aborts. What it
 * printed before counts too.
 * @param reach the address here by which an address of the engine's host is reached
 */
export async function awaitedContainer(
  docker: Docker,
  {containerId: id, isNew, ended}: Pick<RunningContainer, 'containerId' | 'isNew' | 'ended'>,
  reach: (address: string) => Promise<string>,
  signal: AbortSignal,
): Promise<ReadinessTarget> {
  const container = docker.getContainer(id);
  const {Config} = await container.inspect();
  const output = new ContainerOutput();
  const streams = {stdout: true, stderr: true, abortSignal: signal};
  const stream = isNew ? await container.attach({...streams, stream: true}) : await container.logs({...streams, follow: true});
  stream.on('error', () => undefined); // the signal's
  output.read(docker, stream, Config.Tty);
  return {
    get output() {
      return output.text;
    },
    onOutput: (listener) => output.on(listener),
    exit: () => ended(signal),
    address: () => addressOf(docker, id, reach),
    listens: (port) => listensIn(docker, id, port),
    health: () => healthOf(docker, id),
  };
}
