import type {ContainerPath} from '../model/container-path.js';
import type {Claim} from './packages.js';

/**
 * Claims of apk's database, a stanza a package: `P:` its name, `F:` a directory without the leading slash, `R:` a file in
 * the last directory. Other letters are not about names (https://wiki.alpinelinux.org/wiki/Apk_spec).
 */
export function* readAlpineOwnership(texts: ReadonlyMap<ContainerPath, string>): Generator<Claim> {
  const text = texts.get('/lib/apk/db/installed') ?? texts.get('/usr/lib/apk/db/installed') ?? '';
  let name = '';
  let directory = '';
  for (const line of text.split('\n')) {
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
