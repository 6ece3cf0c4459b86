import test from 'ava';
import fc from 'fast-check';
import {slimList} from '../../src/export/slim-list.js';
import type {ContainerPath} from '../../src/model/container-path.js';
import {decided, makePlan} from '../plan/make-plan.js';
import {makeIndex} from '../train/make.js';
import {byteLinesOf, bytePaths, bytesOf, hexOf, pathOfLatin1, textOf} from './byte-names.js';

interface SlimEntry {
  readonly path: ContainerPath;
  readonly mode: number | null;
  readonly uid: number;
  readonly gid: number;
}

/** What slim reads out of its file, by the rules of its ParsePathsFile and ParsePathPerms: trim, cut at the last ":", pass over what isn't octal. */
function readBySlim(bytes: Buffer): SlimEntry[] {
  const goSpace = /^(?:[\t-\r ]|\xc2[\x85\xa0]|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe1\x9a\x80|\xe2\x81\x9f|\xe3\x80\x80)+|(?:[\t-\r ]|\xc2[\x85\xa0]|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe1\x9a\x80|\xe2\x81\x9f|\xe3\x80\x80)+$/g;
  return bytes.toString('latin1').split('\n').map((line) => line.replace(goSpace, '')).filter((line) => line !== '').flatMap((line): SlimEntry[] => {
    const colon = line.lastIndexOf(':');
    if (colon === -1 || colon === line.length - 1) {
      return [{path: pathOfLatin1(line), mode: null, uid: -1, gid: -1}];
    }
    const [mode = '', uid = '', gid = ''] = line.slice(colon + 1).split('#');
    return /^[0-7]+$/.test(mode) ? [{path: pathOfLatin1(line.slice(0, colon)), mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid)}] : [];
  });
}

test('the list names kept files and symlinks, and only directories that are empty in the image', (t) => {
  const index = makeIndex({
    '/etc/app.conf': {mode: 0o640, uid: 7, gid: 8},
    '/etc/unused.conf': {},
    '/usr/bin/su': {mode: 0o4755},
    '/usr/bin/sudo': {linkTarget: 'su'},
    '/var/empty': {type: 'directory', mode: 0o1777},
    '/var/pipe': {type: 'fifo'},
  });
  const plan = makePlan([{touches: ['/etc/app.conf', 'exec /usr/bin/su', 'list /var/empty', 'stat /usr/bin/sudo']}], index, {remove: ['unused.conf']});
  t.deepEqual(textOf(slimList(decided(plan), index, false)).split('\n'), ['/etc/app.conf', '/usr/bin/su', '/usr/bin/sudo', '/var/empty', '']);
  t.deepEqual(textOf(slimList(decided(plan), index, true)).split('\n'), ['/etc/app.conf:0640#7#8', '/usr/bin/su:4755#0#0', '/usr/bin/sudo', '/var/empty:1777#0#0', '']);
});

for (const withModes of [false, true]) {
  test(`slim reads back ${withModes ? 'the full' : 'the minimal'} list byte for byte, whatever the names`, (t) => {
    fc.assert(
      fc.property(bytePaths, (paths) => {
        const speakable = paths.filter((path) => !path.includes('\n'));
        const index = makeIndex(Object.fromEntries(speakable.map((path) => [path, {mode: 0o751, uid: 3, gid: 4}])));
        const exported = slimList(decided(makePlan([{touches: speakable}], index)), index, withModes);
        const read = readBySlim(bytesOf(exported)).filter(({path}) => path.startsWith('/srv/'));
        t.deepEqual(hexOf(read.map(({path}) => path)), hexOf(speakable));
        t.true(read.every(({mode, uid, gid}) => (mode === null && !withModes) || (mode === 0o751 && uid === 3 && gid === 4)));
        t.is(byteLinesOf(exported).length, speakable.length);
      }),
      {numRuns: 150},
    );
  });
}

test('a kept path with a line break is refused, since the list cannot do without it', (t) => {
  const index = makeIndex({'/srv/two\nlines': {}});
  t.throws(() => slimList(decided(makePlan([{touches: ['/srv/two\nlines']}], index)), index, false), {message: String.raw`slim's list has a line for each path, and "/srv/two\nlines" is to stay`});
});
