import type {ContainerPath} from '../../model/container-path.js';

const library = /\.so(\.|$)/;
const extension = /[^.](\.[A-Za-z][A-Za-z0-9_+-]{0,7})(\.(?:gz|xz|bz2|zst))?$/;
const programs = /\/s?bin\/[^/]*$/;
const multiarch = /^(x86_64|aarch64|arm|i386|riscv64|powerpc64le|s390x)-linux-(gnu|musl)/;

/** What kind of file a path promises: `.so` for a library whatever its version, `.py`, `.html.gz`, `bin` for a program; '' where it says nothing. */
export function extensionOf(path: ContainerPath): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (library.test(name)) {
    return '.so';
  }
  const [, kind = '', compression = ''] = extension.exec(name) ?? [];
  return kind === '' && programs.test(path) ? 'bin' : (kind + compression).toLowerCase();
}

/** The name up to its first dot: `json` of `json.py` and `json.cpython-311.pyc`; null where it is too short to mean the same elsewhere. */
export function stemOf(name: string): string | null {
  const end = name.indexOf('.', 1);
  const stem = (end === -1 ? name : name.slice(0, end)).replace(/^\./, '').toLowerCase();
  return stem.length > 2 ? stem : null;
}

/** The last two names of a path without versions and architectures: what the same file is called in other images. */
export function familiarName(path: ContainerPath): string {
  const cut = path.lastIndexOf('/');
  const parent = path.slice(path.lastIndexOf('/', cut - 1) + 1, cut);
  const place = parent === 'sbin' ? 'bin' : parent === 'lib64' || multiarch.test(parent) ? 'lib' : parent;
  return `${place}/${path.slice(cut + 1).replaceAll(/x86[-_]64|aarch64/g, '@')}`.replaceAll(/\d+(\.\d+)*/g, '#');
}
