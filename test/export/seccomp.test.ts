import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {seccompProfile} from '../../src/export/seccomp.js';
import {ExitCode} from '../../src/model/exit-code.js';
import type {SystemCalls} from '../../src/model/run.js';
import {busybox, ensureSample, ensureTestImages, sample} from '../capture/images.js';
import {temporaryStore, winnow} from '../cli/run-winnow.js';
import {textOf} from './byte-names.js';

test.before(ensureTestImages);
test.before(ensureSample);

/** A profile of what one run of an image did, as a file for `--security-opt seccomp=`. */
async function profileOf(t: ExecutionContext, image: string, options: readonly string[], args: readonly string[] = []): Promise<string> {
  const store = await temporaryStore(t);
  const run = await winnow(['profile', image, '--store', store, '--docker-arg=--network=none', '--syscalls', ...options, ...(args.length === 0 ? [] : ['--', ...args])]);
  t.is(run.code, ExitCode.done, run.err);
  const file = path.join(store, 'seccomp.json');
  const {code, err} = await winnow(['export', image, '--store', store, '--format', 'seccomp', '--output', file]);
  t.is(code, ExitCode.done, err);
  return file;
}

/** Ends at once when it is told to. */
const forever = ['sh', '-c', 'trap exit TERM; while :; do sleep 0.1; done'];

const docker = (profile: string, ...args: readonly string[]) =>
  execa('docker', ['run', '--rm', '--network=none', `--security-opt=seccomp=${profile}`, ...args], {reject: false});

test('containers start under the profile as any user, run what was seen, and no other call', async (t) => {
  const profile = await profileOf(t, busybox, [], ['sh', '-c', 'cat /etc/passwd; ls /etc']);
  for (const options of [['--user=0'], ['--user=1000:1000'], ['--user=0', '--security-opt=no-new-privileges'], ['--user=1000', '--cap-drop=ALL'], ['--init'], ['--read-only', '--workdir=/etc']]) {
    const {exitCode, stdout, stderr} = await docker(profile, ...options, busybox, 'sh', '-c', 'cat /etc/passwd; ls /etc');
    t.is(exitCode, 0, `${options.join(' ')}: ${stderr}`);
    t.true(stdout.includes('root:x:0:0'));
  }
  const refused = await docker(profile, busybox, 'mkdir', '/tmp/new');
  t.is(refused.exitCode, 1);
  t.regex(refused.stderr, /can't create directory/);
  t.is((await execa('docker', ['run', '--rm', '--network=none', busybox, 'mkdir', '/tmp/new'], {reject: false})).exitCode, 0, 'it is the profile that refuses');
});

test('docker exec enters a container that runs under the profile', async (t) => {
  const profile = await profileOf(t, busybox, ['--ready=200ms', '--exec', 'cat /etc/group'], forever);
  const {stdout: id} = await execa('docker', ['run', '--detach', '--network=none', `--security-opt=seccomp=${profile}`, busybox, ...forever]);
  t.teardown(() => execa('docker', ['rm', '--force', id]));
  t.is((await execa('docker', ['exec', id, 'cat', '/etc/group'])).stdout, 'root:x:0:');
  t.is((await execa('docker', ['exec', '--user=1000', id, 'cat', '/etc/group'])).stdout, 'root:x:0:');
});

test('threads start under the profile though it allows no clone3', async (t) => {
  const script = 'import threading; threads = [threading.Thread(target=print, args=(n,)) for n in (1, 2)]; [t.start() for t in threads]; [t.join() for t in threads]';
  const options = ['--docker-arg=--entrypoint=python3'];
  const profile = await profileOf(t, sample, options, ['-c', script]);
  const {exitCode, stdout, stderr} = await docker(profile, '--entrypoint=python3', sample, '-c', script);
  t.is(exitCode, 0, stderr);
  t.deepEqual([...stdout].filter((character) => character !== '\n').sort(), ['1', '2']);
  const unshare = await docker(profile, '--cap-add=SYS_ADMIN', '--entrypoint=python3', sample, '-c', 'import ctypes; print(ctypes.CDLL(None).syscall(56, 0x10000000 | 17, 0, 0, 0, 0))');
  t.is(unshare.stdout, '-1', 'a clone with a namespace of its own');
});

const parse = (runs: readonly {readonly systemCalls?: SystemCalls}[]) => {
  const exported = seccompProfile(runs, 'shop:1.4');
  return {...(JSON.parse(textOf(exported)) as {architectures: string[]; syscalls: {names: string[]; action: string; errnoRet?: number}[]}), leftOut: exported.leftOut};
};

test('the profile is the union of all runs that recorded, with the architectures they used', (t) => {
  const {architectures, syscalls, leftOut} = parse([{systemCalls: {x86_64: ['mkdir', '#462']}}, {}, {systemCalls: {x86_64: ['rename'], x86: ['socketcall']}}]);
  t.deepEqual(architectures, ['SCMP_ARCH_X86', 'SCMP_ARCH_X86_64']);
  const allowed = syscalls[0]?.names ?? [];
  t.true(['mkdir', 'rename', 'socketcall', 'fstatfs', 'fstat', 'statx', 'close_range'].every((name) => allowed.includes(name)));
  t.deepEqual(leftOut, ['system call 462']);
  t.like(syscalls.find(({names}) => names[0] === 'clone3'), {action: 'SCMP_ACT_ERRNO', errnoRet: 38});
  t.is(syscalls.find(({names}) => names[0] === 'personality'), undefined);
});

test('where clone3 and personality were seen, the one is allowed, and the other with the values that Docker allows', (t) => {
  const {syscalls} = parse([{systemCalls: {x86_64: ['clone3', 'personality']}}]);
  t.true(syscalls[0]?.names.includes('clone3'));
  t.is(syscalls.filter(({names}) => names[0] === 'personality').length, 5);
});

test('without a record there is no profile, and a hint', (t) => {
  t.throws(() => seccompProfile([{}], 'shop:1.4'), {message: 'no run of shop:1.4 recorded its system calls'});
});
