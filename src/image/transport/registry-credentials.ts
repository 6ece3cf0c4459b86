import {Buffer} from 'node:buffer';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import {askHelper} from './credential-helper.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly user: string;
  readonly secret: string;
}

/** What `docker login` keeps, as far as it is used (docker's config.json). */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, {readonly auth?: string} | null>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/**
 * What `docker login` keeps for a registry, in its config or with the credential helper that this names; null where there is nothing.
 * @throws WinnowError where the config cannot be read, or its helper fails
 */
export async function findCredentials(host: string, env: Environment): Promise<Credentials | null> {
  const file = path.join(env['DOCKER_CONFIG'] ?? path.join(env['HOME'] ?? '/root', '.docker'), 'config.json');
  const {auths = {}, credHelpers = {}, credsStore} = await readConfig(file);
  const keys = host === 'docker.io' ? ['https://index.docker.io/v1/', host] : [host, `https://${host}`, `http://${host}`];
  const valueIn = <T>(record: Readonly<Record<string, T>>): T | undefined => keys.map((key) => record[key]).find((value) => value !== undefined);
  const helper = valueIn(credHelpers) ?? credsStore ?? '';
  const kept = helper === '' ? null : await askHelper({helper, server: keys[0] ?? host, file, env});
  return kept ?? decoded(valueIn(auths)?.auth ?? '', {host, file});
}

async function readConfig(file: string): Promise<DockerConfig> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DockerConfig;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      return {};
    }
    throw new WinnowError(`cannot read the registries' passwords in ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {hint: 'mend it, or name another directory with DOCKER_CONFIG', cause});
  }
}

/** @param auth `USER:PASSWORD` in base64 */
function decoded(auth: string, {host, file}: {readonly host: string; readonly file: string}): Credentials | null {
  if (auth === '') {
    return null;
  }
  const [, user, secret] = /^([^:]*):(.*?)\0*$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
  if (user === undefined || secret === undefined) {
    throw new WinnowError(`${file} has no user and password for ${host}`, {hint: `docker login ${host}`});
  }
  return {user, secret};
}
