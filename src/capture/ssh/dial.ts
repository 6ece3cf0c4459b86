import {connect, type Socket} from 'node:net';
import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type AuthHandlerMiddleware,
  type Client,
  type ClientErrorExtensions,
  type ServerHostKeyAlgorithm,
} from 'ssh2';
import {WinnowError} from '../../model/winnow-error.js';
import {knownHostsName, type SshAddress} from './address.js';
import type {Credentials} from './credentials.js';
import type {HostKeyChecker} from './host-key.js';

export interface DialOptions {
  readonly address: SshAddress;
  readonly hostKey: HostKeyChecker;
  readonly credentials: Credentials;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** A host from which nothing comes for so long, though it is asked four times, is lost. */
  readonly silenceMs?: number;
}

export interface Dialled {
  readonly client: Client;
  readonly socket: Socket;
}

/** For the way there and the exchange of keys; a person may take longer over a password. */
const handshakeTimeoutMs = 60_000;

/**
 * Connects and authenticates.
 * @throws WinnowError where nobody answers, the host key is not the known one, or the user is refused
 */
export async function dial({address, hostKey, credentials, signal, silenceMs = 40_000}: DialOptions): Promise<Dialled> {
  signal.throwIfAborted();
  const socket = connect({host: address.host, port: address.port, noDelay: true});
  const client = new ssh2.Client();
  const types = algorithmsOf(hostKey.keyTypes);
  /** First reason wins. */
  let reason: WinnowError | undefined;
  const giveUp = (why?: WinnowError): void => {
    reason ??= why;
    socket.destroy();
  };
  const late = (): void => giveUp(new WinnowError(`${knownHostsName(address)} does not answer within ${handshakeTimeoutMs / 1000} s`));
  const timer = setTimeout(late, handshakeTimeoutMs);
  const onAbort = (): void => giveUp();
  signal.addEventListener('abort', onAbort);
  client.on('handshake', () => clearTimeout(timer));
  client.connect({
    sock: socket,
    username: address.user,
    readyTimeout: 0,
    keepaliveInterval: silenceMs / 4,
    keepaliveCountMax: Infinity, // `watchSilence` counts
    // As ssh does: a server with several keys is asked for one that is known.
    ...(types.length === 0 ? {} : {algorithms: {serverHostKey: types}}),
    hostVerifier: (key: Buffer) => {
      reason ??= hostKey.refusal(key) ?? undefined;
      return reason === undefined;
    },
    authHandler: authHandler(credentials, (cause) => giveUp(cause instanceof WinnowError ? cause : new WinnowError(String(cause), {cause}))),
  });
  try {
    await ready(client, socket);
  } catch (error) {
    signal.throwIfAborted();
    throw reason ?? connectError(error, address, credentials);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
  watchSilence(client, socket, silenceMs);
  return {client, socket};
}

/** Rejects with the error that came before the end, if any. */
async function ready(client: Client, socket: Socket): Promise<void> {
  let error = new Error('the connection was closed');
  client.on('error', (cause: Error & ClientErrorExtensions) => {
    if (cause.level !== 'agent') { // an agent that does not answer is one method less
      error = cause;
      socket.destroy();
    }
  });
  return new Promise((resolve, reject) => client.once('ready', resolve).once('close', () => reject(error)));
}

/** Takes any byte as an answer: those to ssh2's questions, which alone it counts itself, queue up behind records on a slow link. */
function watchSilence(client: Client, socket: Socket, silenceMs: number): void {
  const deadline = setTimeout(() => socket.destroy(), silenceMs);
  const onData = (): void => void deadline.refresh();
  socket.on('data', onData);
  client.once('close', () => {
    socket.off('data', onData);
    clearTimeout(deadline);
  });
}

/** ssh2 asks for one method after the other; what fails in making one ends the connection. */
function authHandler(credentials: Credentials, onError: (error: unknown) => void): AuthHandlerMiddleware {
  let left: readonly AuthenticationType[] | null = null;
  const methods = credentials.methods((type) => left?.includes(type) ?? true);
  const noMore = false as unknown as AnyAuthMethod; // which ssh2 takes, though its types don't say so
  return (methodsLeft, _partialSuccess, next) => {
    left = methodsLeft;
    methods.next().then((method) => next(method.done === true ? noMore : method.value), onError);
  };
}

/** Signature algorithms for types of key: an RSA key signs in two ways (RFC 8332). */
function algorithmsOf(keyTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const all: readonly ServerHostKeyAlgorithm[] = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256'];
  return all.filter((algorithm) => keyTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm));
}

function connectError(error: unknown, address: SshAddress, credentials: Credentials): WinnowError {
  const name = knownHostsName(address);
  const {level, message} = error as Error & ClientErrorExtensions;
  if (level === 'client-authentication') {
    const {tried} = credentials;
    return new WinnowError(`${name} refuses ${address.user}${tried.length === 0 ? '' : `, tried with ${tried.join(', ')}`}`, {
      hint: 'load a key with ssh-add or name one with --ssh-key FILE; a password is asked for on a terminal only',
      cause: error,
    });
  }
  return new WinnowError(`${name} can't be reached over ssh: ${message}`, {hint: `see whether ssh -p ${address.port} ${address.user}@${address.host} works`, cause: error});
}
