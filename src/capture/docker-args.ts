import {parseArgs} from 'node:util';
import type Docker from 'dockerode';
import {ExitCode} from '../model/exit-code.js';
import {parseSize} from '../model/units.js';
import {WinnowError} from '../model/winnow-error.js';

type CreateOptions = Docker.ContainerCreateOptions;

/** The options of `docker run` that shape what a container sees, under their own names. */
const options = {
  env: {type: 'string', short: 'e', multiple: true},
  volume: {type: 'string', short: 'v', multiple: true},
  mount: {type: 'string', multiple: true},
  tmpfs: {type: 'string', multiple: true},
  network: {type: 'string'},
  publish: {type: 'string', short: 'p', multiple: true},
  user: {type: 'string', short: 'u'},
  workdir: {type: 'string', short: 'w'},
  entrypoint: {type: 'string'},
  hostname: {type: 'string', short: 'h'},
  'add-host': {type: 'string', multiple: true},
  'cap-add': {type: 'string', multiple: true},
  'cap-drop': {type: 'string', multiple: true},
  'security-opt': {type: 'string', multiple: true},
  'read-only': {type: 'boolean'},
  init: {type: 'boolean'},
  privileged: {type: 'boolean'},
  memory: {type: 'string', short: 'm'},
  'pids-limit': {type: 'string'},
  'stop-timeout': {type: 'string'},
} as const;

/**
 * Options for the Docker API from arguments of `docker run`, as `--docker-arg` gives them, one a piece
 * ("--env=PORT=80", "-p=8080:80", or "--env" "PORT=80").
 * @throws WinnowError (usage) on an option that is not in the list.
 */
export function parseDockerArgs(args: readonly string[]): CreateOptions {
  const values = parse(args);
  const [publish, exposed] = portsOf(values.publish ?? []);
  return {
    ...given('Env', values.env),
    ...given('User', values.user),
    ...given('WorkingDir', values.workdir),
    ...given('Hostname', values.hostname),
    ...given('Entrypoint', values.entrypoint === undefined ? undefined : [values.entrypoint].filter(Boolean)),
    ...given('ExposedPorts', exposed),
    ...given('StopTimeout', numberOf(values['stop-timeout'])),
    HostConfig: {
      ...given('Binds', values.volume),
      ...given('Mounts', values.mount?.map(parseMount)),
      ...given('Tmpfs', values.tmpfs && Object.fromEntries(values.tmpfs.map((text) => splitOnce(text, ':')))),
      ...given('NetworkMode', values.network),
      ...given('PortBindings', publish),
      ...given('ExtraHosts', values['add-host']),
      ...given('CapAdd', values['cap-add']),
      ...given('CapDrop', values['cap-drop']),
      ...given('SecurityOpt', values['security-opt']),
      ...given('ReadonlyRootfs', values['read-only']),
      ...given('Init', values.init),
      ...given('Privileged', values.privileged),
      ...given('Memory', values.memory === undefined ? undefined : parseSize(values.memory)),
      ...given('PidsLimit', numberOf(values['pids-limit'])),
    },
  };
}

/** How a container is connected. */
export interface Network {
  /** As for --network; the engine's default where it is not there. */
  readonly mode?: string;
  /** What --publish makes of it. */
  readonly ports?: Bindings;
  /** Entries of /etc/hosts, `name:address`. */
  readonly hosts?: readonly string[];
}

/** What `--network`, `--publish` and `--add-host` ask for. @throws WinnowError (usage) as parseDockerArgs does */
export function networkOf(args: readonly string[]): Network {
  const {network, publish, 'add-host': hosts} = parse(args);
  return {...given('mode', network), ...given('ports', portsOf(publish ?? [])[0]), ...given('hosts', hosts)};
}

/** Options for the Docker API with another network than they had. */
export function withNetwork({ExposedPorts: _, ...options}: CreateOptions, {mode = '', ports = {}, hosts = []}: Network): CreateOptions {
  return {
    ...options,
    ExposedPorts: exposedBy(ports),
    HostConfig: {...options.HostConfig, NetworkMode: mode, PortBindings: ports, ExtraHosts: hosts},
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({args: args.map(joinShort), options, strict: true}).values;
  } catch (error) {
    throw new WinnowError(`--docker-arg: ${(error as Error).message.split('. ')[0]}`, {
      exitCode: ExitCode.usage,
      hint: `it takes ${Object.keys(options).map((name) => `--${name}`).join(' ')}`,
      cause: error,
    });
  }
}

/** `-e=A=1` as `-eA=1`, which is what parseArgs understands. */
function joinShort(argument: string): string {
  return argument.replace(/^-([a-z])=/, '-$1');
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({[key]: value} as Record<K, V>);
}

function numberOf(text: string | undefined): number | undefined {
  if (text !== undefined && !/^-?\d{1,9}$/.test(text)) {
    throw new WinnowError(`--docker-arg: "${text}" is not a number`, {exitCode: ExitCode.usage});
  }
  return text === undefined ? undefined : Number(text);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** `type=bind,source=/a,target=/b,readonly` */
function parseMount(text: string): Docker.MountSettings {
  const fields = Object.fromEntries(text.split(',').map((field) => splitOnce(field, '=')));
  const target = fields['target'] ?? fields['destination'] ?? fields['dst'];
  const type = fields['type'] ?? 'volume';
  if (target === undefined || (type !== 'bind' && type !== 'volume' && type !== 'tmpfs')) {
    throw new WinnowError(`--docker-arg: --mount ${text} has no type and target`, {
      exitCode: ExitCode.usage,
      hint: 'write --mount=type=bind,source=/host,target=/container',
    });
  }
  return {
    Type: type,
    Target: target,
    Source: fields['source'] ?? fields['src'] ?? '',
    ReadOnly: 'readonly' in fields || 'ro' in fields,
  };
}

type Bindings = Record<string, {HostIp?: string; HostPort?: string}[]>;

/** `[[ip:]hostPort:]containerPort[/protocol]` */
function portsOf(publish: readonly string[]): [Bindings | undefined, Record<string, object> | undefined] {
  if (publish.length === 0) {
    return [undefined, undefined];
  }
  const bindings: Bindings = {};
  for (const text of publish) {
    const parts = text.split(':');
    const container = parts.pop() ?? '';
    const [HostPort = '', HostIp = ''] = parts.reverse();
    const key = container.includes('/') ? container : `${container}/tcp`;
    (bindings[key] ??= []).push({HostIp, HostPort});
  }
  return [bindings, exposedBy(bindings)];
}

const exposedBy = (bindings: Bindings): Record<string, object> => Object.fromEntries(Object.keys(bindings).map((key) => [key, {}]));
