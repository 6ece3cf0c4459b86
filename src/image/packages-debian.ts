import type {ContainerPath} from '../model/container-path.js';
import type {InstalledPackage} from '../model/image-index.js';
import type {Claim} from './packages.js';

const infoList = /^\/var\/lib\/dpkg\/info\/([^/:]+)(:[^/]+)?\.list$/;
/** States of dpkg(1) in which the package's files are unpacked. */
const unpackedStates: ReadonlySet<string> = new Set(['installed', 'triggers-pending', 'triggers-awaited', 'half-configured', 'unpacked']);

/** Claims of dpkg's database: `info/PACKAGE[:ARCH].list` of what `status` has as unpacked, moved by `diversions`. */
export function* readDebianOwnership(texts: ReadonlyMap<ContainerPath, string>): Generator<Claim> {
  const unpacked = new Set(readDebianPackages(texts).flatMap(({name, architecture}) => [name, `${name}:${architecture}`]));
  const diversions = readDiversions(texts.get('/var/lib/dpkg/diversions') ?? '');
  for (const [listPath, text] of texts) {
    const [, name, architecture = ''] = infoList.exec(listPath) ?? [];
    if (name === undefined || !(unpacked.has(name + architecture))) {
      continue;
    }
    for (const path of text.split('\n').filter((line) => line.startsWith('/') && line !== '/.')) {
      const diversion = diversions.get(path);
      yield {package: name, path: diversion === undefined || diversion.by === name ? path : diversion.to};
    }
  }
}

/** What `status` has as unpacked. */
export function readDebianPackages(texts: ReadonlyMap<ContainerPath, string>): InstalledPackage[] {
  return (texts.get('/var/lib/dpkg/status') ?? '').split(/\n\n+/).flatMap((stanza): InstalledPackage[] => {
    const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1]?.trim() ?? '';
    const state = field('Status').split(' ').at(-1) ?? '';
    const version = field('Version');
    return unpackedStates.has(state)
      ? [{manager: 'dpkg', name: field('Package'), version, architecture: field('Architecture'), source: sourceOf(field('Source'), field('Package'), version)}]
      : [];
  });
}

/** `Source: NAME (VERSION)`, in which what is the same as the package's is left out (deb-control(5)). */
function sourceOf(text: string, packageName: string, packageVersion: string): InstalledPackage['source'] {
  const [, name = packageName, version = packageVersion] = /^(\S+)(?: \(([^)]*)\))?$/.exec(text) ?? [];
  return {name, version};
}

/** Three lines each: the path, where other packages' file of that path goes, and whose own file may have it (":" for nobody's). */
function readDiversions(text: string): ReadonlyMap<ContainerPath, {readonly to: ContainerPath; readonly by: string}> {
  const lines = text.split('\n');
  const diversions = new Map<ContainerPath, {to: ContainerPath; by: string}>();
  for (let index = 0; index + 2 < lines.length; index += 3) {
    const [from = '', to = '', by = ''] = lines.slice(index, index + 3);
    diversions.set(from, {to, by});
  }
  return diversions;
}
