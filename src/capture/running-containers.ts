import type Docker from 'dockerode';
import type {RunningTarget} from './attached-run.js';
import {findImage} from '../image/engine.js';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {mountedByEngine} from './mounted-paths.js';

/** Which of an engine's containers are meant, of those that run or were never started: some by name or id, else all that fit what is given. */
export interface ContainerSelection {
  /** Names, or ids or the start of them. */
  readonly names: readonly string[];
  readonly image?: string;
  /** KEY or KEY=VALUE. */
  readonly labels: readonly string[];
}

export interface RunningContainer extends RunningTarget {
  readonly containerId: string;
  readonly imageId: string;
  /** As the container was made with. */
  readonly imageName: string;
}

/** The label that compose gives the containers of a project. */
export const composeLabel = (project: string): string => `com.docker.compose.project=${project}`;

/** In the order of the names, or of the containers' own. @throws WinnowError where one is missing, or none is there */
export async function findRunning(docker: Docker, {names, image, labels}: ContainerSelection): Promise<RunningContainer[]> {
  const ids = names.length > 0 ? names : await listIds(docker, image, labels);
  const found = new Map<string, RunningContainer>();
  for (const id of ids) {
    const container = await describe(docker, id);
    found.set(container.containerId, container);
  }
  const containers = [...found.values()];
  return names.length > 0 ? containers : containers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The container of this id, running or not; null where the engine has none. */
export async function containerById(docker: Docker, id: string): Promise<RunningContainer | null> {
  const info = await inspect(docker, id);
  return info === null ? null : runningContainer(docker, info);
}

async function describe(docker: Docker, name: string): Promise<RunningContainer> {
  const info = await inspect(docker, name);
  if (info === null) {
    throw new WinnowError(`no container "${name}" on this engine`, {hint: 'docker ps lists what runs'});
  }
  if (!info.State.Running && !isNew(info)) {
    throw new WinnowError(`container "${name}" has ended`, {hint: `docker start ${name}, or winnow profile ${info.Config.Image} for a run from its first instruction on`});
  }
  return runningContainer(docker, info);
}

function runningContainer(docker: Docker, info: Docker.ContainerInspectInfo): RunningContainer {
  const {Id: id, Name, Image: imageId, Config} = info;
  return {
    containerId: id,
    name: Name.replace(/^\//, ''),
    imageId,
    imageName: Config.Image,
    probe: {by: 'container', id},
    mounts: mountedByEngine(info),
    isNew: isNew(info),
    ended: async (signal) => {
      const condition = isNew(info) ? 'next-exit' : 'not-running';
      const result = await unlessGone(docker.getContainer(id).wait({condition, abortSignal: signal}) as Promise<{StatusCode: number}>);
      return result?.StatusCode ?? null;
    },
    exitCode: async () => {
      const state = (await unlessGone(docker.getContainer(id).inspect()))?.State;
      return state?.Status === 'exited' ? state.ExitCode : null;
    },
  };
}

const isNew = ({State}: Docker.ContainerInspectInfo): boolean => State.Status === 'created';

/** Null where the engine has removed the container, after its end. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (statusOf(error) === 404) {
      return null;
    }
    throw error;
  });
}

/** Of Docker and of podman, which refuses to list by states that it does not know. */
const liveStates: ReadonlySet<string> = new Set(['created', 'initialized', 'restarting', 'running', 'paused']);

async function listIds(docker: Docker, image: string | undefined, labels: readonly string[]): Promise<string[]> {
  const imageId = image === undefined ? undefined : (await findImage(docker, image)).id;
  const containers = await docker.listContainers({all: true, filters: {label: [...labels]}});
  const ids = containers.filter(({ImageID, State}) => liveStates.has(State) && (imageId === undefined || ImageID === imageId)).map(({Id}) => Id);
  if (ids.length === 0) {
    const wanted = [...(image === undefined ? [] : [`of image "${image}"`]), ...labels.map((label) => `with the label ${label}`)].join(' ');
    throw new WinnowError(`no container ${wanted} runs on this engine`, {hint: 'docker ps lists what runs'});
  }
  return ids;
}

const containerName = /^[A-Za-z0-9][\w.-]*$/;

async function inspect(docker: Docker, name: string): Promise<Docker.ContainerInspectInfo | null> {
  if (!containerName.test(name)) {
    return null;
  }
  try {
    return await docker.getContainer(name).inspect();
  } catch (cause) {
    if (statusOf(cause) === 404) {
      return null;
    }
    const reason = cause instanceof Error ? cause.message.trim().replaceAll('\n', ' ') : String(cause);
    throw cause instanceof WinnowError ? cause : new WinnowError(`looking up container "${name}" failed: ${reason}`, {exitCode: ExitCode.failed, cause});
  }
}

const statusOf = (error: unknown): unknown => (error instanceof Error && 'statusCode' in error ? error.statusCode : undefined);
