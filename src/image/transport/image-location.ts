import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';

/** Where an image is, or is to be: containers-transports(5). */
export type ImageLocation =
  | {readonly kind: 'engine'; readonly name: string}
  | {readonly kind: 'docker-archive' | 'oci-archive' | 'oci'; readonly path: string; readonly name: string | null}
  | {readonly kind: 'registry'; readonly name: string};

/**
 * `NAME` or `docker-daemon:NAME`, `docker-archive:FILE[:NAME]`, `oci-archive:FILE[:NAME]`, `oci:DIRECTORY[:NAME]`, `docker://NAME`.
 * @throws WinnowError (usage) where something is missing
 */
export function parseLocation(text: string): ImageLocation {
  const [, transport = '', rest = ''] = /^(docker-daemon|docker-archive|oci-archive|oci|docker):(.*)$/s.exec(text) ?? ['', '', text];
  switch (transport) {
    case '':
    case 'docker-daemon':
      return {kind: 'engine', name: required(rest, text)};
    case 'docker':
      return {kind: 'registry', name: required(/^\/\/(.*)$/.exec(rest)?.[1] ?? '', text)};
    default: {
      const [, path = '', name = null] = /^([^:]*)(?::(.+))?$/s.exec(rest) ?? [];
      return {kind: transport as 'oci', path: required(path, text), name};
    }
  }
}

/** As `parseLocation` takes it. */
export function showLocation(location: ImageLocation): string {
  switch (location.kind) {
    case 'engine':
      return location.name;
    case 'registry':
      return `docker://${location.name}`;
    default:
      return `${location.kind}:${location.path}${location.name === null ? '' : `:${location.name}`}`;
  }
}

function required(part: string, text: string): string {
  if (part === '') {
    throw new WinnowError(`"${text}" names no image`, {
      exitCode: ExitCode.usage, hint: 'write NAME, docker-archive:FILE, oci:DIRECTORY, oci-archive:FILE or docker://REGISTRY/NAME',
    });
  }
  return part;
}
