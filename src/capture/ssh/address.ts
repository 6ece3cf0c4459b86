import {userInfo} from 'node:os';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';

export interface SshAddress {
  readonly user: string;
  /** Name or address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export const defaultPort = 22;

/** `ssh://USER@HOST[:PORT]`; without USER@ the user who runs winnow, as ssh does. @throws WinnowError (usage) */
export function parseSshAddress(text: string): SshAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'ssh:' || url.hostname === '' || !['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    throw usage(`--host ${withoutPassword(text)} is not understood`, 'write ssh://USER@HOST or ssh://USER@HOST:PORT');
  }
  if (url.password !== '') {
    throw usage('--host takes no password: others on this host could read it', 'leave it out; winnow asks for it on the terminal');
  }
  return {
    user: decodeURIComponent(url.username) || userInfo().username,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
    port: Number(url.port || defaultPort),
  };
}

/** The host as known_hosts files name it: `[HOST]:PORT` for any but the usual port (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export function knownHostsName({host, port}: SshAddress): string {
  return port === defaultPort ? host : `[${host}]:${port}`;
}

function withoutPassword(text: string): string {
  return text.replace(/^(\w+:\/\/[^:@]*):.*@/, '$1:…@');
}

function usage(message: string, hint: string): WinnowError {
  return new WinnowError(message, {exitCode: ExitCode.usage, hint});
}
