import type {Operation} from '../model/access.js';
import {type ContainerPath, pathToBytes} from '../model/container-path.js';
import type {ImageReference} from '../model/image-index.js';
import {plural} from '../model/plural.js';
import type {AccessEdge} from '../store/access-edges.js';
import type {Exported} from './exported.js';

/** File permissions of apparmor.d(5). Names alone (lookup, stat) need none. */
const permissions: Readonly<Record<Operation, string>> = {
  lookup: '', stat: '', list: 'r', read: 'r', map: 'mr', exec: 'mrix', write: 'rwkl', remove: 'w',
};
const permissionOrder = ['m', 'r', 'w', 'k', 'l', 'ix'];

/** What each container uses whatever its programs are. Whitelists only: what no line allows is refused. */
const baseline = [
  'network,',
  'capability,',
  'umount,',
  'signal,',
  'unix,',
  '/proc/** r,',
  '/proc/[0-9]*/** rw,',
  '/sys/** r,',
  '/dev/** rwkl,',
  '/ r,',
];

const isInBaseline = (pattern: string): boolean => /^\/(?:(?:proc|sys|dev)\/|$)/.test(pattern);

/**
 * An AppArmor profile that allows what the runs did. Where they wrote a file that isn't of the image, its directory takes any
 * other: such names change from run to run.
 */
export function appArmorProfile(edges: readonly AccessEdge[], {name, id}: ImageReference, runs: number): Exported {
  const rules = new Map<string, Set<string>>();
  const allow = (pattern: string, own: string): void => {
    const known = rules.get(pattern) ?? new Set();
    rules.set(pattern, known);
    permissionOrder.filter((permission) => own.includes(permission)).forEach((permission) => known.add(permission));
  };
  for (const {path, origin, ops} of edges) {
    const isWritten = origin !== 'image' && ops.some((op) => op === 'write' || op === 'remove');
    if (path === '/') {
      continue; // in the baseline
    }
    if (path.endsWith('/')) { // rows summed up for a directory, or as "//" for the root
      allow(`${quotable(path.slice(0, -1)).replace(/\/$/, '')}/**`, isWritten ? permissions.write : permissions.read);
      continue;
    }
    if (isWritten) {
      const directory = path.slice(0, path.lastIndexOf('/'));
      allow(directory === '' ? quotable(path) : `${quotable(directory)}/**`, permissions.write);
      allow(`${quotable(path)}/`, permissions.write); // which is how a directory is named
    }
    for (const op of ops) {
      allow(op === 'list' ? `${quotable(path)}/` : quotable(path), permissions[op]);
    }
  }
  const lines = [...rules].filter(([pattern, own]) => own.size > 0 && !isInBaseline(pattern) && !isCovered(pattern, own, rules)).map(([pattern, own]) => (
    `"${pattern}" ${permissionOrder.filter((permission) => own.has(permission)).join('')},`
  ));
  return {
    pieces: [
      `# What ${plural(runs, 'run')} of ${asComment(name)} (${id}) did. Load with apparmor_parser -r, use with\n`,
      `# docker run --security-opt apparmor=${profileName(name)}\n`,
      `profile ${profileName(name)} flags=(attach_disconnected,mediate_deleted) {\n`,
      ...[...baseline, ...lines.sort()].map((line) => `  ${line}\n`),
      '}\n',
    ],
    leftOut: [],
  };
}

/** Whether a directory above allows any file as much: names that change from run to run would make endless lists. */
function isCovered(pattern: string, own: ReadonlySet<string>, rules: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const directories = Array.from(pattern.matchAll(/\//g), ({index}) => pattern.slice(0, index));
  return directories.some((directory) => {
    const any = rules.get(`${directory}/**`);
    return any !== undefined && `${directory}/**` !== pattern && pattern !== `${directory}/` && [...own].every((permission) => any.has(permission));
  });
}

/** `winnow-shop-1.4` */
export const profileName = (image: string): string => `winnow-${image.replaceAll(/[^A-Za-z0-9.]+/g, '-').replace(/^-|-$/g, '')}`;

const asComment = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');

/**
 * Inside double quotes: a backslash before what would be a pattern, three octal digits for a byte outside printable ASCII, and for a
 * backslash, which the parser takes together with a quote behind it.
 */
function quotable(path: ContainerPath): string {
  return Array.from(pathToBytes(path), (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e || character === '\\') {
      return `\\${byte.toString(8).padStart(3, '0')}`;
    }
    return /["*?[\]{}^]/.test(character) ? `\\${character}` : character;
  }).join('');
}
