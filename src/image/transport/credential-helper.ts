import {execa} from 'execa';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {Credentials, Environment} from './registry-credentials.js';

export interface HelperQuestion {
  /** `pass` of `docker-credential-pass`. */
  readonly helper: string;
  /** As the helper knows the registry. */
  readonly server: string;
  /** The config that names the helper. */
  readonly file: string;
  readonly env: Environment;
}

/** What a helper says on its standard output where it keeps nothing for a server. */
const notFound = 'credentials not found in native keychain';

/**
 * Asks a credential helper of Docker's (docker/docker-credential-helpers, "Development"): `get`, the server on its standard input, JSON on its output.
 * @returns null where it keeps nothing for the server
 * @throws WinnowError where it is missing or fails
 */
export async function askHelper({helper, server, file, env}: HelperQuestion): Promise<Credentials | null> {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper)) {
    throw new WinnowError(`"${helper}" in ${file} is no credential helper's name`, {hint: 'write pass for docker-credential-pass'});
  }
  const {stdout, stderr, exitCode, code} = await execa(program, ['get'], {input: server, reject: false, env: {...env}, extendEnv: false});
  if (code === 'ENOENT') {
    throw new WinnowError(`${program}, which ${file} names for ${server}, is not there`, {exitCode: ExitCode.hostCannot, hint: 'install it, or log in without it'});
  }
  if (exitCode !== 0) {
    if (stdout.includes(notFound)) {
      return null;
    }
    const [said = ''] = [...stdout.split('\n'), ...stderr.split('\n')].filter((line) => line.trim() !== '');
    throw new WinnowError(`${program} gives no password for ${server}: ${said.trim().slice(0, 200) || `exit code ${exitCode ?? 'none'}`}`, {hint: `unlock what it keeps, or docker login ${server}`});
  }
  const {Username: user, Secret: secret} = parse(stdout, program);
  if (user === '<token>') {
    throw new WinnowError(`${program} gives an identity token for ${server}, which is not supported`, {hint: `log in to ${server} with a user and an access token`});
  }
  return user === '' && secret === '' ? null : {user, secret}; // some say so that they have none
}

function parse(text: string, program: string): {readonly Username: string; readonly Secret: string} {
  try {
    const value = JSON.parse(text) as {readonly Username?: unknown; readonly Secret?: unknown};
    if (typeof value.Username === 'string' && typeof value.Secret === 'string') {
      return {Username: value.Username, Secret: value.Secret};
    }
  } catch {
    // told below, without what it printed: that may be a password
  }
  throw new WinnowError(`${program} does not print what a credential helper should`, {hint: 'see whether it is the right program'});
}
