import {Buffer} from 'node:buffer';
import {createHmac, timingSafeEqual} from 'node:crypto';

/** One line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** Comma-separated patterns, or one hashed name. */
  readonly hosts: string;
  /** Such as `ssh-ed25519`. */
  readonly keyType: string;
  readonly key: Buffer;
}

/** What the files say of the key that a server shows. */
export type HostKeyVerdict =
  | {readonly is: 'known'}
  /** They name the host with no key of this type; `authority` where a certificate would do. */
  | {readonly is: 'unknown'; readonly authority: KnownHost | null}
  /** They name the host with another key of this type. */
  | {readonly is: 'changed'; readonly known: KnownHost}
  | {readonly is: 'revoked'; readonly known: KnownHost};

/** Lines that are empty, comments or not understood are left out, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((content, index) => {
    const match = /^\s*(?:@(\S+)\s+)?([^\s#@]\S*)\s+([\w@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(content);
    const [, marker = 'none', hosts = '', keyType = '', key = ''] = match ?? [];
    return match !== null && isMarker(marker) ? [{file, line: index + 1, marker, hosts, keyType, key: Buffer.from(key, 'base64')}] : [];
  });
}

/** `name` as `knownHostsName` makes it, `key` as the server sends it (RFC 4253, section 6.6). */
export function judgeHostKey(entries: readonly KnownHost[], name: string, key: Buffer): HostKeyVerdict {
  const named = entries.filter(({hosts}) => namesHost(hosts, name));
  const revoked = named.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) {
    return {is: 'revoked', known: revoked};
  }
  const plain = named.filter(({marker}) => marker === 'none');
  if (plain.some((entry) => entry.key.equals(key))) {
    return {is: 'known'};
  }
  const known = plain.find(({keyType}) => keyType === keyTypeOf(key));
  return known === undefined
    ? {is: 'unknown', authority: named.find(({marker}) => marker === 'cert-authority') ?? null}
    : {is: 'changed', known};
}

/** Types of the keys that a host is known by, so that it can be asked for one of these. */
export function knownKeyTypes(entries: readonly KnownHost[], name: string): string[] {
  return entries.filter(({marker, hosts}) => marker === 'none' && namesHost(hosts, name)).map(({keyType}) => keyType);
}

/** A key begins with the name of its type, behind its length in four bytes. */
export function keyTypeOf(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

function isMarker(text: string): text is KnownHost['marker'] {
  return text === 'none' || text === 'revoked' || text === 'cert-authority';
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) {
    return isHashOf(hosts, name);
  }
  const patterns = hosts.toLowerCase().split(',');
  return patterns.some((pattern) => matches(pattern, name)) && !patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name));
}

/** `|1|SALT|HASH`: HMAC-SHA1 of the name, both in base64. */
function isHashOf(hosts: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hosts.split('|');
  const expected = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  const stored = Buffer.from(hash, 'base64');
  return version === '1' && stored.length === expected.length && timingSafeEqual(stored, expected);
}

/** `*` and `?` as in a shell, but for brackets, which stand for themselves (ssh_config(5), PATTERNS). */
function matches(pattern: string, name: string): boolean {
  const expression = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(name);
}
