import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';

/** An image of a registry: Docker's reference grammar (distribution/reference). */
export interface RegistryName {
  /** As credentials are kept for it: `docker.io`, `localhost:5000`. */
  readonly host: string;
  /** Where its API is. */
  readonly url: string;
  readonly repository: string;
  /** A tag, or `sha256:…`. */
  readonly reference: string;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;
const nameForm = /^((?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?\/)?([a-z\d]+(?:(?:[._/]|__|-+)[a-z\d]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[\da-f]{64}))?$/;

/** `HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`. Only a registry on this host is spoken to without TLS. @throws WinnowError (usage) for anything else */
export function parseRegistryName(name: string): RegistryName {
  const [, prefix = '', path, tag = 'latest', digest] = nameForm.exec(name) ?? [];
  if (path === undefined) {
    throw new WinnowError(`docker://${name} names no image of a registry`, {exitCode: ExitCode.usage, hint: 'write docker://HOST/REPOSITORY:TAG'});
  }
  const isHost = /[.:]|^localhost\//.test(prefix);
  const host = isHost ? prefix.slice(0, -1) : 'docker.io';
  const repository = isHost ? path : `${prefix}${path}`;
  return {
    host,
    url: `${loopback.test(host) ? 'http' : 'https'}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`,
    repository: host === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    reference: digest ?? tag,
  };
}
