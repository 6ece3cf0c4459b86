import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {gzipSync} from 'node:zlib';
import type {ExecutionContext} from 'ava';
import type {AccessRow, Operation} from '../../src/model/access.js';
import {type ContainerPath, pathFromBytes} from '../../src/model/container-path.js';
import type {ImageFile} from '../../src/model/image-index.js';
import type {LiveEvent} from '../../src/model/live.js';
import type {Run, RunMetadata} from '../../src/model/run.js';
import {writeRun} from '../../src/store/run-file.js';

export const imageId = `sha256:${'5e'.repeat(32)}`;
export const startedNs = 1_795_503_300_000_000_000n; // 2026-11-24T06:55:00Z

/** Names that an image nobody vouches for may hold. */
export const hostileNames = {
  markup: '/srv/www/<img src=x onerror=document.title="taken">.html',
  script: '/srv/www/"><script>document.title="taken"</script>',
  bidi: '/srv/www/\u202Egnp.exe',
  control: '/srv/www/line\nbreak\u0007',
  notUtf8: pathFromBytes(Buffer.from('/srv/www/caf\xe9.txt', 'latin1')),
} as const;

const programs = {
  sh: '/usr/bin/dash',
  nginx: '/usr/sbin/nginx',
  python: '/usr/bin/python3.11',
  curl: '/usr/bin/curl',
} as const;

const libraries = ['ld-linux-x86-64.so.2', 'libc.so.6', 'libm.so.6', 'libz.so.1', 'libssl.so.3', 'libcrypto.so.3', 'libpcre2-8.so.0', 'libcrypt.so.1', 'libexpat.so.1'];
const modules = ['os', 'abc', 'codecs', 'io', 'json/__init__', 'json/decoder', 'json/encoder', 'encodings/utf_8', 'encodings/__init__', 'http/server', 'http/client', 'socketserver', 'email/parser', 'email/message', 'logging/__init__', 'collections/__init__', 're/__init__', 're/_parser', 'functools', 'threading'];
const unused = ['perl', 'tar', 'gzip', 'bash', 'awk', 'sed', 'dpkg', 'apt-get', 'find', 'diff', 'openssl', 'passwd'];

/** What each workload touches: [program, operation, path]. */
type Touch = readonly [keyof typeof programs, Operation, ContainerPath];

const common: readonly Touch[] = [
  ['sh', 'exec', programs.sh],
  ...libraries.slice(0, 2).map((name): Touch => ['sh', 'map', `/usr/lib/x86_64-linux-gnu/${name}`]),
  ['sh', 'read', '/etc/ld.so.cache'],
  ['sh', 'stat', '/usr/local/bin'],
];

const workloads: Readonly<Record<string, readonly Touch[]>> = {
  static: [
    ...common,
    ['nginx', 'exec', programs.nginx],
    ...libraries.map((name): Touch => ['nginx', 'map', `/usr/lib/x86_64-linux-gnu/${name}`]),
    ...['nginx.conf', 'mime.types', 'conf.d/default.conf'].map((name): Touch => ['nginx', 'read', `/etc/nginx/${name}`]),
    ['nginx', 'read', '/etc/passwd'],
    ['nginx', 'write', '/var/log/nginx/access.log'],
    ['nginx', 'list', '/srv/www'],
    ...Object.values(hostileNames).map((name): Touch => ['nginx', 'read', name]),
  ],
  api: [
    ...common,
    ['python', 'exec', programs.python],
    ...libraries.slice(0, 4).map((name): Touch => ['python', 'map', `/usr/lib/x86_64-linux-gnu/${name}`]),
    ...modules.map((name): Touch => ['python', 'read', `/usr/lib/python3.11/${name}.py`]),
    ['python', 'stat', '/usr/lib/python3.11'],
    ['python', 'read', '/etc/mime.types'],
  ],
  health: [
    ...common,
    ['curl', 'exec', programs.curl],
    ...libraries.slice(3, 8).map((name): Touch => ['curl', 'map', `/usr/lib/x86_64-linux-gnu/${name}`]),
    ['curl', 'read', '/etc/ssl/certs/ca-certificates.crt'],
  ],
};

/** The first event of a live feed. */
export const sampleStarted = {
  kind: 'started',
  runId: '20261124T070000Z-11111111',
  imageId,
  imageName: 'shop:1.4',
  workload: 'api',
  startedNs,
  backend: 'ebpf',
  pid: process.pid,
} as const satisfies LiveEvent;

export const sampleRunId = (index: number): string => `20261124T0655${String(index).padStart(2, '0')}Z-00000000`;

/** A store of six runs of three workloads, one incomplete and one with loss, and the file list of their image. */
export async function makeSampleStore(t: ExecutionContext): Promise<string> {
  const directory = await makeDirectory(t);
  const names = [...Object.keys(workloads), ...Object.keys(workloads)];
  for (const [index, workload] of names.entries()) {
    await writeRun(directory, sampleRun(index, workload, workloads[workload] ?? []));
  }
  await writeRun(directory, sampleRun(6, 'api', common, {complete: false, incompleteReason: 'interrupted'}));
  await writeRun(directory, sampleRun(7, 'health', common, {lostRecords: 1200}));
  await writeImageIndex(directory);
  return directory;
}

export async function makeDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'winnow-test-serve-'));
  t.teardown(() => rm(directory, {recursive: true, force: true}));
  return directory;
}

export function sampleRow(index: number, change: Partial<AccessRow> = {}): AccessRow {
  const firstNs = startedNs + BigInt(index) * 3_200_000n;
  return {path: `/usr/share/doc/file-${index}`, op: 'read', ok: true, errno: 0, count: 1, firstNs, lastNs: firstNs, pid: 4000, ppid: 1, exe: programs.sh, dev: 0, inode: BigInt(index + 1), linkTarget: null, origin: 'image', ...change};
}

export function sampleMetadata(index: number, workload: string, change: Partial<RunMetadata> = {}): RunMetadata {
  const start = startedNs + BigInt(index) * 60_000_000_000n;
  return {runId: sampleRunId(index), imageId, imageName: 'shop:1.4', workload, startedNs: start, endedNs: start + 4_200_000_000n, complete: true, incompleteReason: '', lostRecords: 0, capturedRecords: 0, foldedRecords: 0, backend: 'ebpf', exitCode: 0, ...change};
}

function sampleRun(index: number, workload: string, touches: readonly Touch[], change: Partial<RunMetadata> = {}): Run {
  // The second round sees a little more, so that the discovery curve climbs.
  const seen = index < 3 ? touches.filter((_, at) => at % 5 !== 4) : touches;
  const shift = BigInt(index) * 60_000_000_000n;
  const rows = seen.map(([program, op, file], at) => {
    const firstNs = startedNs + shift + BigInt(at) * 3_200_000n;
    return sampleRow(at, {path: file, op, exe: programs[program], pid: 4000 + Object.keys(programs).indexOf(program), count: 1 + ((at * 7) % 23), firstNs, lastNs: firstNs});
  });
  const missing = sampleRow(900, {path: '/etc/ld.so.preload', op: 'lookup', ok: false, errno: 2, origin: 'absent', firstNs: startedNs + shift, lastNs: startedNs + shift});
  const all = [...rows, missing];
  return {metadata: sampleMetadata(index, workload, {capturedRecords: all.reduce((sum, row) => sum + row.count, 0), ...change}), rows: all};
}

async function writeImageIndex(storeDirectory: string): Promise<void> {
  const touched = Object.values(workloads).flat().map(([, , file]) => file);
  const paths = new Set([...touched, ...libraries.map((name) => `/usr/lib/x86_64-linux-gnu/${name}`), ...unused.map((name) => `/usr/bin/${name}`), ...Array.from({length: 120}, (_, at) => `/usr/share/doc/package-${at}/copyright`)]);
  const directories = new Set([...paths].flatMap((file) => parentsOf(file)));
  const files = [...new Set([...paths, ...directories])].sort().map((file, at): ImageFile => imageFile(file, directories.has(file), at));
  await mkdir(path.join(storeDirectory, 'images'), {recursive: true});
  const index = {schema: 'winnow.image-index/4', image: {name: 'shop:1.4', id: imageId, layers: [`sha256:${'1a'.repeat(32)}`, `sha256:${'2b'.repeat(32)}`]}, packages: [], distribution: {id: '', version: ''}, files};
  await writeFile(path.join(storeDirectory, 'images', `${imageId.slice(7)}.json.gz`), gzipSync(JSON.stringify(index)));
}

function parentsOf(file: ContainerPath): string[] {
  const parts = file.split('/').slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
}

function imageFile(file: ContainerPath, isDirectory: boolean, at: number): ImageFile {
  return {
    path: file,
    type: isDirectory ? 'directory' : 'file',
    layer: at % 2,
    bytes: isDirectory ? 0 : 200 + ((at * 7919) % 400_000),
    mode: isDirectory ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    linkTarget: null,
    hardLinkGroup: null,
    package: /python/.test(file) ? 'python3.11-minimal' : /nginx/.test(file) ? 'nginx' : /libc\.|ld-linux/.test(file) ? 'libc6' : null,
    interpreter: null,
    digest: isDirectory ? null : `sha256:${at.toString(16).padStart(64, '0')}`,
  };
}
