import {Buffer} from 'node:buffer';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import type {Credentials} from './registry-credentials.js';
import type {RegistryName} from './registry-name.js';

export interface RegistryRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be sent once: by then an earlier request has to have settled who asks. */
  readonly body?: Chunks | Uint8Array;
  /** Answers that are none of an error. */
  readonly accepts: readonly number[];
}

/** HTTP of the OCI distribution specification for one repository, with Docker's token authentication. */
export class RegistryClient {
  readonly #name: RegistryName;
  readonly #findCredentials: () => Promise<Credentials | null>;
  #credentials: Credentials | null = null;
  #authorization: string | null;

  /** @param findCredentials asked once the registry asks for them */
  constructor(name: RegistryName, findCredentials: () => Promise<Credentials | null>) {
    this.#name = name;
    this.#findCredentials = findCredentials;
    this.#authorization = null;
  }

  /** @param place below the repository, or a whole URL that the registry gave. @throws WinnowError for an answer that is not accepted */
  async request(place: string, request: RegistryRequest): Promise<Response> {
    const {url, repository} = this.#name;
    const target = new URL(place, `${url}/v2/${repository}/`);
    let response = await this.#send(target, request);
    const challenge = response.headers.get('www-authenticate');
    if (response.status === 401 && challenge !== null && this.#authorization === null) {
      await response.body?.cancel();
      this.#authorization = await this.#answer(challenge);
      response = await this.#send(target, request);
    }
    if (!request.accepts.includes(response.status)) {
      throw await this.#refused(response);
    }
    return response;
  }

  async #send(target: URL, {method = 'GET', headers = {}, body}: RegistryRequest): Promise<Response> {
    const isOwn = target.origin === new URL(this.#name.url).origin; // an upload may go elsewhere, credentials may not
    const authorization = this.#authorization === null || !isOwn ? {} : {authorization: this.#authorization};
    const init: RequestInit & {duplex: 'half'} = {method, headers: {...headers, ...authorization}, duplex: 'half', ...(body === undefined ? {} : {body: body as never})};
    return this.#fetch(target, init);
  }

  /** Authorization header for what the registry asks for (distribution, "Token Authentication Specification"). */
  async #answer(challenge: string): Promise<string | null> {
    this.#credentials = await this.#findCredentials();
    const basic = this.#credentials === null ? null : `Basic ${Buffer.from(`${this.#credentials.user}:${this.#credentials.secret}`).toString('base64')}`;
    if (!/^bearer /i.test(challenge)) {
      return basic;
    }
    const field = (key: string): string => new RegExp(`${key}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? '';
    const realm = new URL(field('realm'), this.#name.url);
    if (realm.protocol !== 'https:' && realm.hostname !== new URL(this.#name.url).hostname) {
      throw new WinnowError(`the registry ${this.#name.host} asks for credentials at ${realm.origin}, without TLS`, {hint: 'use a registry that does not'});
    }
    realm.searchParams.set('service', field('service'));
    realm.searchParams.set('scope', field('scope') || `repository:${this.#name.repository}:pull,push`);
    const response = await this.#fetch(realm, {headers: basic === null ? {} : {authorization: basic}});
    if (response.status !== 200) {
      throw await this.#refused(response);
    }
    const {token, access_token: accessToken} = (await response.json()) as {token?: string; access_token?: string};
    return `Bearer ${token ?? accessToken ?? ''}`;
  }

  async #fetch(target: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(target, init);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.cause : undefined;
      if (reason instanceof WinnowError) {
        throw reason; // of what was being sent
      }
      throw new WinnowError(`the registry ${this.#name.host} does not answer: ${reason instanceof Error ? reason.message : String(cause)}`, {exitCode: ExitCode.hostCannot, hint: 'start it, or see whether the name is right', cause});
    }
  }

  async #refused(response: Response): Promise<WinnowError> {
    const text = (await response.text()).slice(0, 1000);
    const {host, repository, reference} = this.#name;
    if (response.status === 404) {
      return new WinnowError(`no image "${repository}:${reference}" at the registry ${host}`, {hint: 'push it first, or see whether the name is right'});
    }
    if (response.status === 401 && this.#credentials !== null) {
      return new WinnowError(`the registry ${host} does not take the password of ${this.#credentials.user}`, {hint: `docker login ${host}`});
    }
    const reason = /"message":"(.*?)"/.exec(text)?.[1] ?? `status ${response.status}`;
    return new WinnowError(`the registry ${host} refuses: ${reason}`, {hint: response.status === 401 || response.status === 403 ? `docker login ${host}` : 'see its log'});
  }
}
