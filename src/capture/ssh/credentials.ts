import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import ssh2, {type AnyAuthMethod, type AuthenticationType, type KeyboardInteractiveAuthMethod, type ParsedKey} from 'ssh2';
import {WinnowError} from '../../model/winnow-error.js';
import type {SshAddress} from './address.js';
import type {AskSecret} from './ask-secret.js';

export interface CredentialSources {
  /** `SSH_AUTH_SOCK`. */
  readonly agentSocket: string | undefined;
  /** The one key to offer, instead of the agent and the user's own keys. */
  readonly keyFile: string | undefined;
  readonly home: string;
  /** Null: nobody can be asked, so encrypted keys and passwords are left out. */
  readonly askSecret: AskSecret | null;
}

/** Keys of the user, in ssh's own order. */
const ownKeys = ['id_ecdsa', 'id_ed25519', 'id_rsa'];
/** As ssh asks. */
const secretTries = 3;

/** Ways for a user to prove who they are. Keeps, in memory only, what was typed for a second connection. */
export class Credentials {
  readonly #address: SshAddress;
  readonly #sources: CredentialSources;
  #askSecret: AskSecret | null;
  readonly #keys = new Map<string, ParsedKey | null>();
  #password: string | undefined;
  readonly #tried = new Set<string>();

  constructor(address: SshAddress, sources: CredentialSources) {
    this.#address = address;
    this.#sources = sources;
    this.#askSecret = sources.askSecret;
  }

  /** What was offered, or why it was not, for a person. */
  get tried(): readonly string[] {
    return [...this.#tried];
  }

  /** From now on only what is there already: nobody expects a question in the middle of a run. */
  stopAsking(): void {
    this.#askSecret = null;
  }

  /** Methods for one connection, the best first. `taken` tells which kinds the server takes, once it has said so. */
  async *methods(taken: (type: AuthenticationType) => boolean): AsyncGenerator<AnyAuthMethod, void, undefined> {
    const username = this.#address.user;
    yield {type: 'none', username}; // the answer says what the server takes
    if (taken('publickey')) {
      yield* this.#publicKeys(username);
    }
    for (let count = 0; taken('password') && count < secretTries; count += 1) {
      this.#password ??= await this.#askSecret?.(`Password of ${username}@${this.#address.host}: `);
      if (this.#password === undefined) {
        break;
      }
      this.#tried.add('a password');
      yield {type: 'password', username, password: this.#password};
      this.#password = undefined; // the server asks on, so it was wrong
    }
    if (taken('keyboard-interactive') && !taken('password') && this.#askSecret !== null) {
      this.#tried.add('answers to its questions');
      yield {type: 'keyboard-interactive', username, prompt: answerWith(this.#askSecret)};
    }
  }

  async *#publicKeys(username: string): AsyncGenerator<AnyAuthMethod, void, undefined> {
    const {agentSocket = '', keyFile, home} = this.#sources;
    if (agentSocket !== '' && keyFile === undefined) {
      this.#tried.add('the agent');
      yield {type: 'agent', username, agent: agentSocket};
    }
    const own = ownKeys.map((name) => path.join(home, '.ssh', name)).filter((file) => existsSync(file));
    for (const file of keyFile === undefined ? own : [keyFile]) {
      const key = this.#keys.get(file) ?? (await this.#readKey(file));
      if (key !== null) {
        this.#keys.set(file, key);
        this.#tried.add(file);
        yield {type: 'publickey', username, key};
      }
    }
  }

  /** Null where it can't be used. */
  async #readKey(file: string): Promise<ParsedKey | null> {
    const content = await readFile(file).catch((cause: unknown) => {
      throw new WinnowError(`the key ${file} can't be read: ${(cause as Error).message}`, {cause});
    });
    let key = ssh2.utils.parseKey(content);
    if (key instanceof Error && /encrypted/i.test(key.message) && this.#askSecret !== null) {
      for (let count = 0; key instanceof Error && count < secretTries; count += 1) {
        key = ssh2.utils.parseKey(content, await this.#askSecret(`Passphrase of ${file}: `));
      }
    }
    if (key instanceof Error) {
      this.#tried.add(`${file} (left out: ${key.message})`);
      return null;
    }
    return key;
  }
}

/** Whatever the server asks, such as a one-time code. No answers where asking fails; the server then refuses. */
function answerWith(askSecret: AskSecret): KeyboardInteractiveAuthMethod['prompt'] {
  return (_name, _instructions, _language, prompts, finish) => {
    const answers = prompts.reduce<Promise<string[]>>(
      async (earlier, {prompt}) => [...(await earlier), await askSecret(prompt)],
      Promise.resolve([]),
    );
    answers.then(finish, () => finish([]));
  };
}
