import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {ImageTree} from '../../src/image/tree.js';
import type {AccessRow, Operation} from '../../src/model/access.js';
import {type ContainerPath, pathFromBytes} from '../../src/model/container-path.js';
import {rungs} from '../../src/model/run.js';
import {RecordDecoder} from '../../src/wire/record-decoder.js';
import {ensureSample, ensureTestImages, sample} from '../capture/images.js';
import {type RealProgram, realPrograms} from '../capture/real-programs.js';
import {containerConfig, withMachine} from '../../scripts/vm/machine.js';
import {runsByContainer} from './runs-by-container.js';

/** The operations by which a run shows what a hook was asked about; null: any, as long as the path was used. */
const shownAs: Readonly<Record<string, readonly Operation[] | null>> = {
  exec: ['exec'],
  open: ['read', 'write', 'exec'],
  map: ['map', 'exec'],
  getattr: ['stat'],
  permission: null, // asked for each directory that a name goes through, too
  follow: ['lookup'],
  readlink: ['read'],
  xattr: ['stat'],
  setattr: ['write'],
  link: ['lookup'],
  remove: ['remove'],
};

const programs: readonly RealProgram[] = [
  'Python with modules in C, certificates and time zones',
  'git, which forks, renames and links',
  'Perl with its modules',
  'programs that walk whole trees',
  'a shell script with pipelines, here documents, and programs behind symlinks',
];

type Shown = Pick<AccessRow, 'op' | 'path' | 'ok'>;

interface Sight {
  readonly program: number;
  readonly hook: string;
  /** Names that the file has in the image. */
  readonly names: readonly ContainerPath[];
}

test.before(ensureSample);
test.before(ensureTestImages); // builds the observer

test("everything of the image that the kernel's security hooks see of five programs is in the runs", async (t) => {
  t.timeout(300_000);
  const built = (name: string): string => fileURLToPath(new URL(`../../build/workloads/${name}`, import.meta.url));
  const configs = programs.map((program, index) => [`program-${index}.json`, containerConfig(['/bin/sh', '-c', realPrograms[program]])]);
  const guest = {
    series: '6.1',
    script: 'lsm.sh',
    image: sample,
    copies: {lsm: built('lsm'), 'lsm.bpf.o': built('lsm.bpf.o')},
    files: {rung: rungs[0], 'kernel-parameters': 'lsm=bpf', ...Object.fromEntries(configs) as Record<string, string>},
  };
  await withMachine(guest, async (share) => {
    const tree = new ImageTree(await readEngineImage(await openEngine(), sample));
    const events = new RecordDecoder().push(await readFile(path.join(share, 'programs.stream')));
    const runs = runsByContainer(events, tree).map(({rows}) => rows);
    const sights = sightsOf(await readFile(path.join(share, 'sights'), 'latin1'), await readFile(path.join(share, 'inodes'), 'latin1'));
    t.is(runs.length, programs.length);
    t.true(Object.keys(shownAs).every((hook) => sights.some((sight) => sight.hook === hook)));
    for (const [index, rows] of runs.entries()) {
      const seen = sights.filter(({program}) => program === index);
      const counts = Object.keys(shownAs).map((hook) => `${seen.filter((sight) => sight.hook === hook).length} ${hook}`);
      t.log(`${programs[index]}: ${rows.length} rows; ${counts.join(', ')}`);
      t.true(['exec', 'open', 'map', 'getattr', 'permission', 'follow'].every((hook) => seen.some((sight) => sight.hook === hook)), programs[index]);
      t.deepEqual(missed(seen, [...rows, ...wayToLoader(tree)]), [], programs[index]);
    }
  });
});

/** A blind spot by docs/probes.md: the image's ELF headers tell these links. */
function wayToLoader(tree: ImageTree): Shown[] {
  const {links} = tree.resolve('/lib64/ld-linux-x86-64.so.2');
  return links.map((link) => ({op: 'lookup', path: link, ok: true}));
}

/** What the hooks saw and the rows have not, a line each. */
function missed(sights: readonly Sight[], rows: readonly Shown[]): string[] {
  const shown = new Set(rows.flatMap(({op, path: name, ok}) => (ok ? [`${op} ${name}`] : [])));
  const walked = new Set(rows.flatMap(({path: name}) => withParents(name)));
  const isShown = (hook: string, name: ContainerPath): boolean => {
    const ops = shownAs[hook];
    return ops === null ? walked.has(name) : ops?.some((op) => shown.has(`${op} ${name}`)) ?? false;
  };
  return sights.filter(({hook, names}) => !names.some((name) => isShown(hook, name))).map(({hook, names}) => `${hook} ${names.join(' ')}`).sort();
}

function withParents(name: ContainerPath): ContainerPath[] {
  const names = [name];
  for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
    names.push(name.slice(0, end));
  }
  return names;
}

/** Of files in the image: what the programs made themselves is in no listing. */
function sightsOf(log: string, listing: string): Sight[] {
  const names = new Map<string, ContainerPath[]>();
  for (const line of listing.trimEnd().split('\n')) {
    const [inode = '', name = ''] = line.split(' ./');
    names.set(inode, [...(names.get(inode) ?? []), pathFromBytes(Buffer.from(`/${name}`, 'latin1'))]);
  }
  return log.trimEnd().split('\n').slice(1).flatMap((line) => {
    const [container = '', hook = '', inode = ''] = line.split(' ');
    const found = names.get(inode);
    return found === undefined ? [] : [{program: Number(container) - 1, hook, names: found}];
  });
}
