import type {ContainerPath} from '../model/container-path.js';
import type {InstalledPackage} from '../model/image-index.js';
import type {Claim} from './packages.js';

const database = (texts: ReadonlyMap<ContainerPath, string>): string =>
  texts.get('/lib/apk/db/installed') ?? texts.get('/usr/lib/apk/db/installed') ?? '';

/**
 * Claims of apk's database, a stanza a package: `P:` its name, `F:` a directory without the leading slash, `R:` a file in
 * the last directory. Other letters are not about names (https://wiki.alpinelinux.org/wiki/Apk_spec).
 */
export function* readAlpineOwnership(texts: ReadonlyMap<ContainerPath, string>): Generator<Claim> {
  let name = '';
  let directory = '';
  for (const line of database(texts).split('\n')) {
    const value = line.slice(2);
    switch (line.slice(0, 2)) {
      case 'P:':
        name = value;
        directory = '';
        break;
      case 'F:':
        directory = value === '' ? '' : `/${value}`;
        if (value !== '') {
          yield {package: name, path: directory};
        }
        break;
      case 'R:':
        yield {package: name, path: `${directory}/${value}`};
        break;
    }
  }
}

/** `V:` is the version, `A:` the architecture, `o:` the origin, which the package was built from in the same version. */
export function readAlpinePackages(texts: ReadonlyMap<ContainerPath, string>): InstalledPackage[] {
  return database(texts).split(/\n\n+/).flatMap((stanza): InstalledPackage[] => {
    const field = (letter: string) => new RegExp(`^${letter}:(.*)$`, 'm').exec(stanza)?.[1] ?? '';
    const [name, version, origin] = [field('P'), field('V'), field('o')];
    return name === '' ? [] : [{manager: 'apk', name, version, architecture: field('A'), source: origin === '' ? null : {name: origin, version}}];
  });
}
