import {Buffer} from 'node:buffer';
import {lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {readTar} from '../../src/image/tar-reader.js';
import {pathFromBytes, pathToBytes} from '../../src/model/container-path.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {file, makeTar, streamOf} from './archives.js';

/** Each entry as text; `reads` decides how much of a content is read before the next entry is asked for. */
async function list(archive: Buffer, chunkBytes?: number, reads: 'all' | 'none' | 'first' = 'all'): Promise<string[]> {
  const entries: string[] = [];
  for await (const {header, content} of readTar(streamOf(archive, chunkBytes))) {
    const {name, type, bytes, mode, uid, gid, linkName} = header;
    let text = '';
    if (reads === 'all') {
      text = pathFromBytes(await buffer(content));
    } else if (reads === 'first') {
      for await (const _ of content) {
        break;
      }
    }
    entries.push([name.replace(/^\.\//, '').replace(/\/$/, ''), type, bytes, mode.toString(8), `${uid}:${gid}`, linkName, text].join(' | '));
  }
  return entries;
}

const long = 'n'.repeat(90);

async function makeTree(t: ExecutionContext): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'winnow-test-tar-'));
  t.teardown(() => rm(root, {recursive: true}));
  await mkdir(path.join(root, long, long, 'é'), {recursive: true});
  await writeFile(path.join(root, long, long, `é/${long}`), 'deep');
  await symlink(`${long}/${long}/é/${long}`, path.join(root, 'link'));
  await writeFile(path.join(root, 'empty'), '');
  await writeFile(path.join(root, 'block'), 'x'.repeat(512));
  await writeFile(pathToBytes(`${root}/a\uDCFFb`), 'latin');
  await execa('chown', ['3000000:4000000', path.join(root, 'empty')]);
  await execa('chmod', ['6755', path.join(root, 'block')]);
  return root;
}

/** The tree as the file system has it, in the words of `list`; paths are bytes all the way. */
async function listDisk(root: string, directory = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const bytes of await readdir(pathToBytes(root + directory), {encoding: 'buffer'})) {
    const relative = `${directory}/${pathFromBytes(bytes)}`;
    const absolute = pathToBytes(root + relative);
    const stat = await lstat(absolute);
    const type = stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'file';
    const target = type === 'symlink' ? await readlink(absolute) : '';
    const content = type === 'file' ? await readFile(absolute, 'utf8') : '';
    const mode = (stat.mode & 0o7777).toString(8);
    lines.push([relative.slice(1), type, type === 'file' ? stat.size : 0, mode, `${stat.uid}:${stat.gid}`, target, content].join(' | '));
    lines.push(...(type === 'directory' ? await listDisk(root, relative) : []));
  }
  return lines;
}

const readsFormat = test.macro(async (t: ExecutionContext, format: string) => {
  const root = await makeTree(t);
  const {stdout} = await execa('tar', ['--create', `--format=${format}`, `--directory=${root}`, '.'], {encoding: 'buffer'});
  const entries = await list(Buffer.from(stdout));
  t.deepEqual(entries.slice(1).sort(), (await listDisk(root)).sort());
});

test('GNU archives are read, with long names, large owners and names that are no UTF-8', readsFormat, 'gnu');
test('pax archives are read, with long names, large owners and names that are no UTF-8', readsFormat, 'pax');

test('ustar archives are read, with names split over the prefix', async (t) => {
  const name = `${long}/${long}`;
  const entries = await list(await makeTar([file(name, 'x')]));
  t.deepEqual(entries, [`${name} | file | 1 | 644 | 0:0 |  | x`]);
});

test('chunks of any size give the same entries, whatever is read of them', async (t) => {
  const archive = await makeTar([file('a', 'x'.repeat(2000)), file('é'.repeat(80), 'y'), file('empty', ''), file('last', 'z'.repeat(513))]);
  const whole = await list(archive);
  const names = whole.map((line) => line.replace(/[^|]*$/, ''));
  t.deepEqual(await list(archive, 1), whole);
  await fc.assert(fc.asyncProperty(fc.integer({min: 2, max: 3000}), fc.constantFrom('all' as const, 'none' as const, 'first' as const), async (chunkBytes, reads) => {
    const entries = await list(archive, chunkBytes, reads);
    t.deepEqual(reads === 'all' ? entries : entries.map((line) => line.replace(/[^|]*$/, '')), reads === 'all' ? whole : names);
  }), {numRuns: 60});
});

test('an archive without the blocks of zeros at its end is whole', async (t) => {
  const archive = await makeTar([file('a', 'x')]);
  t.deepEqual(await list(archive.subarray(0, 1024)), await list(archive));
});

const refused = test.macro(async (t: ExecutionContext, make: (archive: Buffer) => Buffer, message: RegExp) => {
  const archive = await makeTar([{...file('a', 'x'.repeat(600)), pax: {comment: 'c'.repeat(30)}}]);
  await t.throwsAsync(list(make(archive)), {instanceOf: WinnowError, message});
});

test('an archive cut in a header is refused', refused, (archive) => archive.subarray(0, 100), /cut off/);
test('an archive cut in a content is refused', refused, (archive) => archive.subarray(0, 1900), /cut off/);
test('an archive cut in a pax header is refused', refused, (archive) => archive.subarray(0, 520), /cut off/);
test('a header with a wrong checksum is refused', refused, (archive) => patch(archive, 0, 'b', {checksum: false}), /wrong checksum/);
test('a pax record of a wrong length is refused', refused, (archive) => patch(archive, 512, '99', {checksum: false}), /malformed pax/);
test('a pax header of a gigabyte is refused before it is read', refused, (archive) => patch(archive, 124, '10000000000\0'), /more than 1 MiB/);
test('a size that is no number is refused', refused, (archive) => patch(archive, 124, '9zz'), /malformed number/);
test('a size beyond 2^53 is refused', refused, (archive) => patch(archive, 124, '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff'), /malformed number/);
test('a sparse entry is refused', refused, (archive) => patch(archive, 156, 'S'), /sparse/);
test('an entry of an unknown kind is refused', refused, (archive) => patch(archive, 156, 'Z'), /unknown kind "Z"/);

/** Overwrites bytes of the first header and sets its checksum right again. */
function patch(archive: Buffer, at: number, text: string, {checksum = true} = {}): Buffer {
  const patched = Buffer.from(archive);
  patched.write(text, at, 'latin1');
  if (checksum) {
    patched.fill(' ', 148, 156);
    const sum = patched.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    patched.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return patched;
}
