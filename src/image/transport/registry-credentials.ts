import {readFile} from 'node:fs/promises';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What `docker login` keeps, as an Authorization header; null where there is nothing for this registry. Credential helpers are not asked. */
export async function basicCredentials(host: string, env: Environment): Promise<string | null> {
  const directory = env['DOCKER_CONFIG'] ?? path.join(env['HOME'] ?? '/root', '.docker');
  const keys = host === 'docker.io' ? ['https://index.docker.io/v1/', host] : [host, `https://${host}`, `http://${host}`];
  try {
    const {auths = {}} = JSON.parse(await readFile(path.join(directory, 'config.json'), 'utf8')) as {auths?: Record<string, {auth?: string}>};
    const auth = keys.map((key) => auths[key]?.auth).find((value) => typeof value === 'string' && value !== '');
    return auth === undefined ? null : `Basic ${auth}`;
  } catch {
    return null; // none, or none that can be read: the registry says whether that will do
  }
}
