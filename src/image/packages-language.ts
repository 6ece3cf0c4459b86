import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile, InstalledPackage} from '../model/image-index.js';
import type {PackageClaim} from './packages.js';

type Texts = ReadonlyMap<ContainerPath, string>;
type Language = Extract<InstalledPackage['manager'], 'pypi' | 'npm' | 'gem' | 'maven'>;

const pythonMetadata = /^(.*)\/[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/;
const nodeManifest = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/;
/** Greedy: of nested packages the innermost. */
const nodeRoot = /^.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*/;
const gemSpecification = /^(.*)\/specifications\/(?:default\/)?([^/]+)\.gemspec$/;
const gemRoot = /^(.*)\/(?:gems|extensions\/[^/]+\/[^/]+)\/([^/]+)/;
const jar = /\/([^/]+?)-(\d[^/]*)\.jar$/;

/** Files whose content the readers below want: small documents beside each installed package. */
export const languageDatabases: readonly RegExp[] = [
  /\.dist-info\/(METADATA|RECORD)$/, /\.egg-info\/(PKG-INFO|installed-files\.txt)$/, nodeManifest, gemSpecification,
];

/** True for the document by which a package is known: its name and version stand in it. */
export const isLanguageManifest = (path: ContainerPath): boolean => [pythonMetadata, nodeManifest, gemSpecification].some((pattern) => pattern.test(path));

/** What the package managers of languages say that they put into the image. */
export function* readLanguagePackages(files: readonly ImageFile[], texts: Texts): Generator<PackageClaim> {
  yield* readPython(texts);
  yield* readNode(files, texts);
  yield* readRuby(files, texts);
  yield* readJava(files);
}

/**
 * Python: `RECORD` of a `.dist-info` directory names what was installed, by paths from the directory above it
 * (https://packaging.python.org/en/latest/specifications/recording-installed-packages/); `installed-files.txt` of an `.egg-info` from itself.
 */
function* readPython(texts: Texts): Generator<PackageClaim> {
  for (const [path, text] of texts) {
    const [, site] = pythonMetadata.exec(path) ?? [];
    if (site === undefined) {
      continue;
    }
    const header = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
    const field = (name: string): string => new RegExp(`^${name}: *(.*?)\\r?$`, 'm').exec(header)?.[1] ?? '';
    const found = packageOf('pypi', field('Name'), field('Version'));
    const own = path.slice(0, path.lastIndexOf('/'));
    const record = texts.get(`${own}/RECORD`);
    const installed = texts.get(`${own}/installed-files.txt`) ?? '';
    const paths = record === undefined
      ? [path, ...linesOf(installed).map((line) => absolute(own, line))]
      : linesOf(record).map((line) => absolute(site, firstField(line)));
    yield* paths.map((claimed) => ({package: found, path: claimed}));
  }
}

/** Node.js: a package is what lies below its directory in a `node_modules`, down to the next one. */
function* readNode(files: readonly ImageFile[], texts: Texts): Generator<PackageClaim> {
  const packages = new Map<ContainerPath, InstalledPackage>();
  for (const [path, text] of texts) {
    const [, root] = nodeManifest.exec(path) ?? [];
    const {name, version} = root === undefined ? {} : manifestOf(text);
    if (root !== undefined && name !== undefined) {
      packages.set(root, packageOf('npm', name, version ?? ''));
    }
  }
  if (packages.size > 0) {
    yield* claimsBelow(files, packages, (path) => nodeRoot.exec(path)?.[0] ?? '');
  }
}

function manifestOf(text: string): {readonly name?: string; readonly version?: string} {
  try {
    const value = JSON.parse(text) as unknown;
    const field = (name: string): string | undefined => {
      const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
      return typeof found === 'string' && found !== '' ? found : undefined;
    };
    const [name, version] = [field('name'), field('version')];
    return {...(name === undefined ? {} : {name}), ...(version === undefined ? {} : {version})};
  } catch {
    return {}; // a broken manifest says nothing
  }
}

/** Ruby: `specifications/NAME-VERSION.gemspec` stands for `gems/NAME-VERSION` beside it, and for what was compiled for it in `extensions`. */
function* readRuby(files: readonly ImageFile[], texts: Texts): Generator<PackageClaim> {
  const packages = new Map<ContainerPath, InstalledPackage>();
  for (const [path, text] of texts) {
    const [, home, full] = gemSpecification.exec(path) ?? [];
    const field = (name: string): string => new RegExp(`^\\s*\\w+\\.${name}\\s*=\\s*["']([^"']+)["']`, 'm').exec(text)?.[1] ?? '';
    if (home !== undefined && full !== undefined && field('name') !== '') {
      const found = packageOf('gem', field('name'), field('version'));
      packages.set(`${home}/${full}`, found);
      yield {package: found, path};
    }
  }
  if (packages.size > 0) {
    yield* claimsBelow(files, packages, (path) => {
      const [, home = '', full = ''] = gemRoot.exec(path) ?? [];
      return `${home}/${full}`;
    });
  }
}

/** Java: an archive is a package, named NAME-VERSION.jar as Maven's repositories name them. */
function* readJava(files: readonly ImageFile[]): Generator<PackageClaim> {
  for (const {path, type} of files) {
    const [, name, version] = type === 'file' ? (jar.exec(path) ?? []) : [];
    if (name !== undefined && version !== undefined) {
      yield {package: packageOf('maven', name, version), path};
    }
  }
}

function* claimsBelow(files: readonly ImageFile[], packages: ReadonlyMap<ContainerPath, InstalledPackage>, rootOf: (path: ContainerPath) => ContainerPath): Generator<PackageClaim> {
  for (const {path} of files) {
    const found = packages.get(rootOf(path));
    if (found !== undefined) {
      yield {package: found, path};
    }
  }
}

const packageOf = (manager: Language, name: string, version: string): InstalledPackage => ({manager, name, version, architecture: '', source: null});

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** Of a line of comma-separated values: in quotes where a path has a comma or a quote. */
function firstField(line: string): string {
  const [, quoted] = /^"((?:[^"]|"")*)"/.exec(line) ?? [];
  return quoted === undefined ? (line.split(',', 1)[0] ?? '') : quoted.replaceAll('""', '"');
}

/** Joins and takes `..` away. */
function absolute(directory: ContainerPath, path: string): ContainerPath {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (name === '..') {
      names.pop();
    } else if (name !== '' && name !== '.') {
      names.push(name);
    }
  }
  return `/${names.join('/')}`;
}
