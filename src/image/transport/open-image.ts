import path from 'node:path';
import {exportImage, findImage, openEngine} from '../engine.js';
import type {ImageLocation} from './image-location.js';
import type {ImageTarget} from './new-image.js';
import {openArchiveFile, openArchiveStream, type OpenOptions} from './open-archive.js';
import {openLayout} from './open-layout.js';
import {openRegistry} from './open-registry.js';
import type {OpenedImage} from './opened-image.js';
import {RegistryClient} from './registry-client.js';
import {findCredentials} from './registry-credentials.js';
import {parseRegistryName, type RegistryName} from './registry-name.js';
import {archiveTarget} from './write-archive.js';
import {engineTarget} from './write-engine.js';
import {layoutTarget} from './write-layout.js';
import {ociArchiveTarget} from './write-oci-archive.js';
import {registryTarget} from './write-registry.js';

export interface TransportOptions extends Pick<OpenOptions, 'limits' | 'platform'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative names of files are below. */
  readonly cwd: string;
}

/** Lists and checks an image wherever it is. Close it. @throws WinnowError */
export async function openImage(location: ImageLocation, {env, cwd, ...options}: TransportOptions): Promise<OpenedImage> {
  switch (location.kind) {
    case 'engine': {
      const engine = await openEngine(env);
      const {id} = await findImage(engine, location.name);
      return openArchiveStream(await exportImage(engine, id), {...options, name: location.name});
    }
    case 'docker-archive':
    case 'oci-archive':
      return openArchiveFile(path.resolve(cwd, location.path), {...options, ...choiceOf(location)});
    case 'oci':
      return openLayout(path.resolve(cwd, location.path), {...options, ...choiceOf(location)});
    case 'registry': {
      const name = parseRegistryName(location.name);
      return openRegistry(registryClient(name, env), name, {...options, name: location.name});
    }
  }
}

const choiceOf = ({name, path: place}: {readonly name: string | null; readonly path: string}): Pick<OpenOptions, 'name' | 'isExact'> => ({name: name ?? place, isExact: name !== null});

/** A place for an image, with the name that it gets there. @throws WinnowError */
export async function openTarget(location: ImageLocation, {env, cwd}: TransportOptions): Promise<ImageTarget> {
  switch (location.kind) {
    case 'engine':
      return engineTarget(await openEngine(env), location.name);
    case 'docker-archive':
      return archiveTarget(path.resolve(cwd, location.path), location.name);
    case 'oci-archive':
      return ociArchiveTarget(path.resolve(cwd, location.path), location.name);
    case 'oci':
      return layoutTarget(path.resolve(cwd, location.path), location.name);
    case 'registry': {
      const name = parseRegistryName(location.name);
      return registryTarget(registryClient(name, env), name);
    }
  }
}

const registryClient = (name: RegistryName, env: TransportOptions['env']): RegistryClient => new RegistryClient(name, () => findCredentials(name.host, env));
