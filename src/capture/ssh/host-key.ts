import type {Buffer} from 'node:buffer';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {WinnowError} from '../../model/winnow-error.js';
import {defaultPort, knownHostsName, type SshAddress} from './address.js';
import {judgeHostKey, keyTypeOf, type KnownHost, knownKeyTypes, parseKnownHosts} from './known-hosts.js';

/** Checks the key that a host shows; never learns one by itself. */
export class HostKeyChecker {
  readonly #address: SshAddress;
  readonly #name: string;
  readonly #file: string;
  readonly #entries: readonly KnownHost[];

  private constructor(address: SshAddress, file: string, entries: readonly KnownHost[]) {
    this.#address = address;
    this.#name = knownHostsName(address);
    this.#file = file;
    this.#entries = entries;
  }

  /** Reads `file`, or where none is given the user's and the system's known_hosts. @throws WinnowError where it is given and can't be read */
  static async read(address: SshAddress, file: string | undefined, home: string): Promise<HostKeyChecker> {
    const own = path.join(home, '.ssh/known_hosts');
    const files = file === undefined ? [own, '/etc/ssh/ssh_known_hosts'] : [file];
    const texts = await Promise.all(files.map((name) => readFile(name, 'utf8').catch((cause: unknown) => ifMissing(cause, file))));
    const entries = texts.flatMap((text, index) => parseKnownHosts(text, files[index] ?? ''));
    return new HostKeyChecker(address, file ?? own, entries);
  }

  /** Types of the keys the host is known by; empty where it is unknown. */
  get keyTypes(): readonly string[] {
    return knownKeyTypes(this.#entries, this.#name);
  }

  /** Why the key is refused; null where it is the host's. */
  refusal(key: Buffer): WinnowError | null {
    const verdict = judgeHostKey(this.#entries, this.#name, key);
    switch (verdict.is) {
      case 'known':
        return null;
      case 'revoked':
        return new WinnowError(`${this.#name} shows a key that ${placeOf(verdict.known)} revokes`, {hint: 'don\'t connect; ask who runs that host'});
      case 'changed':
        return new WinnowError(`the ${keyTypeOf(key)} key of ${this.#name} is not the one in ${placeOf(verdict.known)}: another host may answer in its place`, {
          hint: `where its key was changed on purpose: ssh-keygen -R '${this.#name}' -f ${verdict.known.file} && ${this.#scan()}`,
        });
      case 'unknown':
        return new WinnowError(`${this.#name} is not in ${this.#file} with its ${keyTypeOf(key)} key${note(verdict.authority)}`, {
          hint: `add it with ${this.#scan()}, and compare its fingerprint with what the host's owner says`,
        });
    }
  }

  #scan(): string {
    const {host, port} = this.#address;
    return `ssh-keyscan ${port === defaultPort ? '' : `-p ${port} `}${host} >> ${this.#file}`;
  }
}

const placeOf = ({file, line}: KnownHost): string => `${file}:${line}`;

const note = (authority: KnownHost | null): string => (authority === null ? '' : ` (winnow does not read certificates, so ${placeOf(authority)} does not help)`);

function ifMissing(cause: unknown, given: string | undefined): string {
  if (given === undefined) {
    return '';
  }
  throw new WinnowError(`--ssh-known-hosts: ${(cause as Error).message}`, {cause});
}
