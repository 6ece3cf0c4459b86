import {Buffer} from 'node:buffer';
import type {ImageTree} from '../image/tree.js';
import {type ContainerPath, pathFromBytes} from '../model/container-path.js';
import {type ImageIndex, type InstalledPackage, isOfDistribution} from '../model/image-index.js';
import {type PackagePresence, packageState} from '../sbom/installed.js';
import {decisionsIn} from './decisions.js';
import type {PlannedFile} from './planned-file.js';

const dpkgStatus = '/var/lib/dpkg/status';
const dpkgList = /^\/var\/lib\/dpkg\/info\/([^/:]+)(?::([^/]+))?\.(list|md5sums|conffiles)$/;
const apkInstalled = /^\/(usr\/)?lib\/apk\/db\/installed$/;
/** By these, scanners know whose packages they are. */
const identity = /^\/(etc|usr\/lib)\/(os-release|debian_version|alpine-release|lsb-release|redhat-release|system-release)$/;
const rpm = /^\/(var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/[^/]+$/;

/** The files whose contents `filterDatabase` needs. */
export const isFiltered = (path: ContainerPath): boolean => path === dpkgStatus || dpkgList.test(path) || apkInstalled.test(path);

/** True for files that scanners read and that stay as they are, whatever runs say: what names the distribution, and rpm's database. */
export const isReadByScanners = (path: ContainerPath): boolean => identity.test(path) || rpm.test(path);

/** True for an image whose packages are rpm's: its database is binary, and stays as it is. */
export const hasRpmDatabase = ({files}: ImageIndex): boolean => files.some(({path, type}) => type === 'file' && rpm.test(path));

/**
 * The files of the package database that a debloated image is to have, with what is in them, so that scanners say what is
 * there: packages that were removed whole are not in it, those of which a part stays are, with the files that stay. Whatever
 * some run read stays as it is, and is not among them.
 *
 * @param presence what the decisions leave of each package
 * @param contents of the files for which `isFiltered` holds
 */
export function filterDatabase(files: readonly PlannedFile[], tree: ImageTree, presence: readonly PackagePresence[], contents: ReadonlyMap<ContainerPath, Buffer>): Map<ContainerPath, Buffer> {
  const decisions = decisionsIn(files);
  const gone = new Set(presence.filter((of) => isFilteredManager(of.package.manager) && packageState(of) === 'removed').map(({package: {name, architecture}}) => `${name}:${architecture}`));
  const goneNames = new Set([...gone].map((key) => key.slice(0, key.indexOf(':'))));
  const isGone = (name: string, architecture: string | undefined): boolean => (architecture === undefined ? goneNames.has(name) : gone.has(`${name}:${architecture}`));
  /** A path as a database spells it stays, where it is there at all. */
  const stays = (path: ContainerPath): boolean => decisions.get(tree.resolve(path, {followLast: false}).path) !== 'remove';
  const replaced = new Map<ContainerPath, Buffer>();
  for (const {path, decision} of files) {
    const content = decision === 'remove' ? contents.get(path) : undefined;
    const [, name, architecture] = dpkgList.exec(path) ?? [];
    if (content === undefined) {
      continue;
    }
    if (path === dpkgStatus) {
      replaced.set(path, filterStanzas(content, (stanza) => !gone.has(`${fieldOf(stanza, 'Package')}:${fieldOf(stanza, 'Architecture')}`)));
    } else if (apkInstalled.test(path)) {
      replaced.set(path, filterApk(content, gone, stays));
    } else if (name !== undefined && !isGone(name, architecture)) {
      replaced.set(path, filterLines(content, keptLines(content, path, stays, (of) => tree.resolve(of, {followLast: false}).file?.type === 'directory')));
    }
  }
  return replaced;
}

/** Rpm's database stays as it is. */
const isFilteredManager = (manager: InstalledPackage['manager']): boolean => manager !== 'rpm' && isOfDistribution(manager);

/** What is left of a file where several images have it and each leaves other lines of it: each line that one of them leaves. */
export function joinVersions(whole: Buffer, versions: readonly Buffer[]): Buffer {
  const [first = whole, ...others] = versions;
  if (others.every((other) => other.equals(first))) {
    return first;
  }
  const linesOf = (file: Buffer): string[] => file.toString('latin1').split(/(?<=\n)/);
  const left = versions.map((version) => ({lines: linesOf(version), at: 0}));
  return Buffer.from(linesOf(whole).filter((line) => {
    const having = left.filter(({lines, at}) => lines[at] === line);
    having.forEach((version) => (version.at += 1));
    return having.length > 0;
  }).join(''), 'latin1');
}

/** What of a list is to stay: paths that stay, and of directories those that hold one of them, since all directories stay. */
function keptLines(content: Buffer, file: ContainerPath, stays: (path: ContainerPath) => boolean, isDirectory: (path: ContainerPath) => boolean): (line: string) => boolean {
  const lines = content.toString('latin1').split('\n').filter((line) => line !== '' && stays(pathOfLine(file, line)));
  const kept = lines.filter((line) => !isDirectory(pathOfLine(file, line)));
  const holding = new Set(['/.', ...kept.flatMap((line) => line.split('/').map((_, depth, names) => names.slice(0, depth).join('/')))]);
  const staying = new Set([...kept, ...lines.filter((line) => holding.has(line))]);
  return (line) => line === '' || staying.has(line);
}

/** `.list` and `.conffiles` have a path a line, `.md5sums` a digest before it and no slash. */
function pathOfLine(file: ContainerPath, line: string): ContainerPath {
  const text = file.endsWith('.md5sums') ? `/${line.slice(34)}` : line.replace(/^remove-on-upgrade /, '');
  return pathFromBytes(Buffer.from(text, 'latin1'));
}

function filterLines(content: Buffer, keeps: (line: string) => boolean): Buffer {
  const lines = content.toString('latin1').split('\n'); // every byte is a character, so all come back
  return Buffer.from(lines.filter(keeps).join('\n'), 'latin1');
}

function filterStanzas(content: Buffer, keeps: (stanza: string) => boolean): Buffer {
  const stanzas = content.toString('latin1').split(/(?<=\n)\n+/).filter((stanza) => stanza !== '');
  return Buffer.from(stanzas.filter(keeps).map((stanza) => `${stanza}\n`).join(''), 'latin1');
}

/** In a stanza of apk's, `F:` names a directory and what follows is of it; `R:` a file in it, with its `a:` and `Z:`. */
function filterApk(content: Buffer, gone: ReadonlySet<string>, stays: (path: ContainerPath) => boolean): Buffer {
  return Buffer.from(filterStanzas(content, (stanza) => !gone.has(`${apkField(stanza, 'P')}:${apkField(stanza, 'A')}`)).toString('latin1').split('\n\n').map((stanza) => {
    let directory = '';
    let isKept = true;
    return stanza.split('\n').filter((line) => {
      const [letter, value] = [line.slice(0, 2), line.slice(2)];
      if (letter === 'F:') {
        directory = value === '' ? '' : `/${value}`;
        isKept = true;
      } else if (letter === 'R:') {
        isKept = stays(pathFromBytes(Buffer.from(`${directory}/${value}`, 'latin1')));
      }
      return isKept || !['R:', 'a:', 'Z:'].includes(letter);
    }).join('\n');
  }).join('\n\n'), 'latin1');
}

const fieldOf = (stanza: string, name: string): string => new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1]?.trim() ?? '';

const apkField = (stanza: string, letter: string): string => new RegExp(`^${letter}:(.*)$`, 'm').exec(stanza)?.[1] ?? '';
