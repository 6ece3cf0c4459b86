import type {ContainerPath} from '../../model/container-path.js';

const library = /\.so(\.|$)/;
const extension = /[^.](\.[A-Za-z][A-Za-z0-9_+-]{0,7})(\.(?:gz|xz|bz2|zst))?$/;
const architectures = /x86[-_]64|aarch64/g;
const numbers = /\d+(\.\d+)*/g;
const multiarch = /^(x86_64|aarch64|arm|i386|riscv64|powerpc64le|s390x)-linux-(gnu|musl)/;

/** What kind of file a name promises: `.so` for a library whatever its version, `.py`, `.html.gz`, `bin` for a program; '' where it says nothing. */
export function extensionOf(name: string, isOfPrograms: boolean): string {
  if (!name.includes('.')) {
    return isOfPrograms ? 'bin' : '';
  }
  if (library.test(name)) {
    return '.so';
  }
  const [, kind = '', compression = ''] = extension.exec(name) ?? [];
  return kind === '' && isOfPrograms ? 'bin' : (kind + compression).toLowerCase();
}

/** The name up to its first dot: `json` of `json.py` and `json.cpython-311.pyc`; null where it is too short to mean the same elsewhere. */
export function stemOf(name: string): string | null {
  const end = name.indexOf('.', 1);
  const stem = (end === -1 ? name : name.slice(0, end)).replace(/^\./, '').toLowerCase();
  return stem.length > 2 ? stem : null;
}

/** What a directory is called in other images: its last name, without versions and architectures. */
export function placeOf(directory: ContainerPath): string {
  const name = directory.slice(directory.lastIndexOf('/') + 1);
  return (name === 'sbin' ? 'bin' : name === 'lib64' || multiarch.test(name) ? 'lib' : name).replaceAll(numbers, '#');
}

/** What a file is called in other images, beside its place. */
export function plainName(name: string): string {
  return name.replaceAll(architectures, '@').replaceAll(numbers, '#');
}
