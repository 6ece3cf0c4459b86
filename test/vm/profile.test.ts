import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Run} from '../../src/model/run.js';
import {runFilePath} from '../../src/store/layout.js';
import {readRun} from '../../src/store/run-file.js';
import {listRuns} from '../../src/store/store.js';
import {buildModule, withMachine} from '../../scripts/vm/machine.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {ensureTestImages, workloads} from '../capture/images.js';
import {startContainer} from '../capture/running-container.js';
import {kernelWarnings} from './kernel-warnings.js';

/** Reads, runs, lists, changes and misses files; a dynamic program and a script among them. */
const workload = [
  '/fixture/dynamic', 'cd /fixture', 'ls -laR .', 'cat * */*', 'cat ../etc/passwd /etc/nothing', 'find / -xdev -name "p*"',
  'mkdir -p /made/deeper', 'cp /etc/group /made', 'mv /made/group /made/moved', 'ln -s moved /made/link', 'cat /made/link', 'rm -r /made /etc/group', 'true',
].join('; ');

/** Holds a file open, and reads another when it is told to, which ends it. */
const running = 'exec 3</etc/passwd; cd /etc; trap "cat group; exit" USR1; echo ready; while :; do sleep 0.1; done';

test.before(ensureTestImages);

test("winnow profiles and attaches by the kernel module, and finds what the eBPF probe finds on this machine's kernel", async (t) => {
  t.timeout(300_000);
  const guest = {
    series: '6.1',
    script: 'profile.sh',
    copies: {'winnow.ko': await buildModule('6.1')},
    files: {image: workloads, workload, running},
    hasWinnow: true,
    qemuOptions: ['-m', '2048'],
  };
  const [profiled, attached] = await withMachine(guest, async (share) => {
    t.deepEqual(kernelWarnings(await readFile(path.join(share, 'module.kernel-log'), 'utf8')), []);
    return [await onlyRun(path.join(share, 'profile')), await onlyRun(path.join(share, 'attach'))];
  });

  const ebpf = await temporaryStore(t);
  const {code, err} = await winnow(['profile', workloads, '--backend=ebpf', '--docker-arg=--network=none', '--store', ebpf, '--', 'sh', '-c', workload]);
  t.is(code, 0, err);
  const expected = await onlyRun(ebpf);
  t.like(profiled.metadata, {backend: 'module', complete: true, lostRecords: 0, exitCode: 0, imageId: expected.metadata.imageId});
  sameAccesses(t, profiled, expected);
  t.true(accesses(profiled).length > 100);

  const late = await attachHere(t);
  t.like(attached.metadata, {backend: 'module', complete: false, lostRecords: 0, incompleteReason: late.metadata.incompleteReason});
  sameAccesses(t, attached, late);
  t.true(['read 0 /etc/passwd', 'lookup 0 /etc', 'exec 0 /bin/busybox', 'map 0 /bin/busybox', 'read 0 /etc/group'].every((one) => accesses(attached).includes(one)));
});

async function attachHere(t: ExecutionContext): Promise<Run> {
  const store = await temporaryStore(t);
  const {pid} = await startContainer(t, {image: workloads, script: running});
  const end = `kill -USR1 ${pid}; while kill -0 ${pid}; do sleep 0.1; done`;
  const {code, err} = await winnow(['attach', '--pid', String(pid), '--backend=ebpf', '--test', end, '--store', store]);
  t.is(code, 0, err);
  return onlyRun(store);
}

async function onlyRun(store: string): Promise<Run> {
  const [{runId = ''} = {}] = await listRuns(store);
  return readRun(runFilePath(store, runId));
}

function sameAccesses(t: ExecutionContext, byModule: Run, byEbpf: Run): void {
  const [module, ebpf] = [accesses(byModule), accesses(byEbpf)];
  const without = (some: readonly string[], others: readonly string[]): string[] => some.filter((one) => !others.includes(one));
  t.deepEqual({module: without(module, ebpf), ebpf: without(ebpf, module)}, {module: [], ebpf: []}, 'only in one of both');
}

/** Of the image's own files and of what it lacks: what an engine adds differs by engine. */
const accesses = ({rows}: Run): string[] => [...new Set(rows.filter(({path: name}) => !/^\/(proc|sys|dev|\.dockerenv|etc\/(hosts|hostname|resolv\.conf)|run)(\/|$)/.test(name)).map(({op, errno, path: name}) => `${op} ${errno} ${name}`))].sort();
