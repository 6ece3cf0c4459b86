import type Docker from 'dockerode';
import {listensInside} from './listening.js';

/** Health as the image's HEALTHCHECK tells; null where it has none. */
export async function healthOf(docker: Docker, id: string): Promise<string | null> {
  const {State} = await docker.getContainer(id).inspect();
  return State.Health?.Status || null; // podman says '' where there is none
}

/** Whether a program listens on a port inside, also where no network leads there; false where the engine is on another host. */
export async function listensIn(docker: Docker, id: string, port: number): Promise<boolean> {
  const {State} = await docker.getContainer(id).inspect();
  return listensInside(State.Pid, id, port);
}
