import {existsSync, readFileSync} from 'node:fs';
import test from 'ava';
import {blindSpots, type ProbeName} from '../../src/capture/blind-spots.js';
import {examineHost, type Examination} from '../../src/capture/doctor/examine.js';
import type {CommandResult, Host} from '../../src/capture/doctor/host.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {winnow} from '../cli/run-winnow.js';
import {followsSchema} from '../follows-schema.js';
import {shownBy} from './blind-spots.js';

test('this host is able: the probe is chosen by what really loads, and Docker answers', async (t) => {
  const {code, out, err} = await winnow(['doctor', '--json']);
  t.is(code, 0, err);
  const {checks, ladder, probe, canProfile} = await followsSchema(t, 'winnow.doctor.1', out) as Examination;
  t.deepEqual(ladder.map(({rung}) => rung), ['fentry', 'tracepoint', 'module', 'bpftrace']);
  t.like(ladder.find(({rung}) => rung === 'tracepoint'), {works: true, detail: 'attaches'});
  t.is(ladder.find(({used}) => used)?.rung, probe.rung ?? undefined);
  t.is(probe.chosen, 'ebpf');
  t.true(canProfile);
  t.like(checks.find(({name}) => name === 'program tp_btf/sys_exit'), {status: 'ok', detail: 'loads'});
  t.regex(checks.find(({name}) => name === 'docker')?.detail ?? '', /^(Docker|Podman) \d+\./);
  t.regex(checks.find(({name}) => name === 'bpftrace')?.detail ?? '', /^bpftrace v\d.*attaches$/);
});

test('for a person the findings are aligned, and the end says whether this host can profile', async (t) => {
  const {out} = await winnow(['doctor']);
  const [first = '', ladder = ''] = out.split('\n\n');
  const findings = first.split('\n').filter((line) => /^(?:ok|no|\?\?) {2}/.test(line));
  t.regex(ladder, /^The probe ladder.*\n(ok|no) {2}fentry .*\n(ok|no) {2}tracepoint .*\n(ok|no) {2}module .*\n(ok|no) {2}bpftrace .*$/);
  const column = findings[0]?.indexOf('root');
  t.true(findings.length >= 11);
  t.true(findings.every((line) => line[Number(column) - 1] === ' ' && line[Number(column)] !== ' '), findings.join('\n'));
  t.true(out.endsWith('This host can profile.\n'));
});

test('where no Docker engine answers, doctor says so and exits with 5', async (t) => {
  const {code, out} = await winnow(['doctor', '--json'], {env: {DOCKER_HOST: 'unix:///nonexistent/docker.sock'}});
  t.is(code, 5);
  const {checks, canProfile} = JSON.parse(out) as Examination;
  t.false(canProfile);
  t.deepEqual(checks.find(({name}) => name === 'docker'), {
    name: 'docker', status: 'no', detail: 'Docker does not answer at unix:///nonexistent/docker.sock', mend: 'unset DOCKER_HOST (or start the engine it names)',
  });
});

const probe = '/probe';
const done = (out: string): CommandResult => ({code: 0, out, error: ''});
const failed = (error: string): CommandResult => ({code: 1, out: '', error});
const features = (...refused: readonly string[]): string => JSON.stringify({
  abi: '1.1',
  features: [{name: 'tp_btf/sys_exit', loads: true}],
  rungs: ['fentry', 'tracepoint'].map((name) => (refused.includes(name) ? {name, attaches: false, reason: 'the kernel refuses the probe'} : {name, attaches: true})),
});

interface Simulated extends Partial<Omit<Host, 'read' | 'exists' | 'run'>> {
  /** null takes a file away. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** null takes a command away; a name before its first argument. */
  readonly commands?: Readonly<Record<string, CommandResult | null>>;
}

/** A Debian 12 host with everything, changed by what is given. */
function host({files = {}, commands = {}, ...rest}: Simulated = {}): Host {
  const allFiles: Record<string, string | null> = {
    [probe]: '',
    '/proc/self/status': 'CapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\n',
    '/sys/kernel/btf/vmlinux': '',
    '/sys/kernel/tracing/events': '',
    '/sys/kernel/tracing/events/syscalls': '',
    '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
    '/proc/self/mounts': 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
    '/proc/modules': '',
    '/lib/modules/6.1.0-30-amd64/build': '',
    ...files,
  };
  const allCommands: Record<string, CommandResult | null> = {
    [`${probe} features`]: done(features()),
    'bpftrace --version': done('bpftrace v0.17.0\n'),
    'bpftrace -e': done(''),
    'strace --version': done('strace -- version 6.1\n'),
    'dockerd --version': done('Docker version 20.10.24'),
    ...commands,
  };
  return {
    uid: 0,
    kernelRelease: '6.1.0-30-amd64',
    machine: 'x86_64',
    probeBinary: probe,
    dockerHost: undefined,
    engine: () => Promise.resolve({name: 'Docker', version: '20.10.24', storageDriver: 'overlay2', cgroupDriver: 'systemd'}),
    ...rest,
    read: (path) => allFiles[path] ?? null,
    exists: (path) => typeof allFiles[path] === 'string',
    run: (command, args) => Promise.resolve(allCommands[`${command} ${args[0]}`] ?? null),
  };
}

test('a host with everything has nothing to mend', async (t) => {
  const {checks, probe: {chosen}, canProfile} = await examineHost(host());
  t.deepEqual(checks.filter(({status, mend}) => status !== 'ok' || mend !== null), []);
  t.is(chosen, 'ebpf');
  t.true(canProfile);
});

const lacks = test.macro(async (t, simulated: Simulated, name: string, detail: RegExp, mend: RegExp | null, chosen: 'ebpf' | 'bpftrace' | null) => {
  const {checks, probe: result, canProfile} = await examineHost(host(simulated));
  const check = checks.find((each) => each.name === name);
  t.not(check?.status, 'ok');
  t.regex(check?.detail ?? '', detail);
  if (mend === null) {
    t.is(check?.mend, null);
  } else {
    t.regex(check?.mend ?? '', mend);
  }
  t.is(result.chosen, chosen);
  t.is(canProfile, chosen !== null && name !== 'docker');
  t.is(result.cannotSee.length > 0, chosen !== null);
});

test('a user who is not root', lacks, {uid: 1000}, 'privilege', /user 1000/, /^sudo /, null);
test('root in a container without capabilities', lacks, {files: {'/proc/self/status': 'CapEff:\t00000000a80425fb\n'}}, 'privilege', /CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF/, /--cap-add SYS_ADMIN/, null);
test('an old kernel', lacks, {kernelRelease: '5.4.0-generic'}, 'kernel', /5\.9/, /linux-image/, null);
test('no BTF', lacks, {files: {'/sys/kernel/btf/vmlinux': null}}, 'btf', /CONFIG_DEBUG_INFO_BTF/, /linux-image/, null);
test('no tracefs', lacks, {files: {'/sys/kernel/tracing/events': null}}, 'tracefs', /not mounted/, /^mount -t tracefs tracefs \/sys\/kernel\/tracing$/, 'ebpf');
test('no securityfs', lacks, {files: {'/sys/kernel/security/lockdown': null}}, 'lockdown', /can't be read/, /^mount -t securityfs/, 'ebpf');
test('confidentiality lockdown', lacks, {
  files: {'/sys/kernel/security/lockdown': 'none integrity [confidentiality]'},
  commands: {[`${probe} features`]: done(features('fentry', 'tracepoint')), 'bpftrace -e': failed('ERROR: Error loading program\n')},
}, 'lockdown', /may not read/, /boot without/, null);
test('cgroups v1 only', lacks, {files: {'/proc/self/mounts': 'cgroup /sys/fs/cgroup/pids cgroup rw 0 0\n'}}, 'cgroups', /v1 only/, /mount -t cgroup2/, null);
test('a probe that is not built', lacks, {files: {[probe]: null}}, 'ebpf probe', /not built/, /^scripts\/build$/, 'bpftrace');
test('a probe that prints something else', lacks, {commands: {[`${probe} features`]: failed('winnow-probe: out of memory\n')}}, 'ebpf probe', /out of memory/, /scripts\/build/, 'bpftrace');
test('a program that does not load', lacks, {commands: {[`${probe} features`]: done(features().replace('true', 'false,"error":"EPERM"'))}}, 'program tp_btf/sys_exit', /EPERM/, null, 'ebpf');
test('no bpftrace', lacks, {commands: {'bpftrace --version': null}}, 'bpftrace', /not installed/, /^apt-get install bpftrace$/, 'ebpf');
test('an old bpftrace', lacks, {commands: {'bpftrace --version': done('bpftrace v0.11.3')}}, 'bpftrace', /older than 0\.17/, /apt-get/, 'ebpf');
test('a bpftrace that can\'t attach', lacks, {commands: {'bpftrace -e': failed("ERROR: couldn't set RLIMIT_MEMLOCK\nERROR: no tracepoints\n")}}, 'bpftrace', /no tracepoints/, null, 'ebpf');
test('no strace', lacks, {commands: {'strace --version': null}}, 'strace', /not installed/, /apt-get install strace/, 'ebpf');
test('no modules', lacks, {files: {'/proc/modules': null}}, 'kernel module', /CONFIG_MODULES/, /linux-image/, 'ebpf');
test('modules switched off', lacks, {files: {'/proc/sys/kernel/modules_disabled': '1\n'}}, 'kernel module', /switched off/, /reboot/, 'ebpf');
test('no kernel headers', lacks, {files: {'/lib/modules/6.1.0-30-amd64/build': null}}, 'kernel module', /headers/, /linux-headers-6\.1\.0-30-amd64$/, 'ebpf');

const climbs = test.macro(async (t, commands: Simulated['commands'], steps: readonly string[]) => {
  const examination = await examineHost(host({commands: commands ?? {}}));
  const {ladder, probe: {rung, cannotSee}} = examination;
  await followsSchema(t, 'winnow.doctor.1', JSON.stringify(examination));
  t.deepEqual(ladder.map(({rung: name, used, detail}) => `${used ? '*' : ''}${name}: ${detail}`), steps);
  t.true(rung === null || cannotSee.every(({probes}) => probes.includes(rung)));
});
test('the first rung of the ladder is used where it attaches', climbs, {}, ['*fentry: attaches', 'tracepoint: attaches', 'module: not loaded: scripts/module load', 'bpftrace: attaches']);
test('the second where the kernel refuses the first', climbs, {[`${probe} features`]: done(features('fentry'))}, ['fentry: the kernel refuses the probe', '*tracepoint: attaches', 'module: not loaded: scripts/module load', 'bpftrace: attaches']);
test('bpftrace where the kernel refuses both', climbs, {[`${probe} features`]: done(features('fentry', 'tracepoint'))}, ['fentry: the kernel refuses the probe', 'tracepoint: the kernel refuses the probe', 'module: not loaded: scripts/module load', '*bpftrace: attaches']);
test('none where bpftrace is missing too', climbs, {[`${probe} features`]: failed(''), 'bpftrace --version': null}, ['fentry: lacks: ebpf probe', 'tracepoint: lacks: ebpf probe', 'module: not loaded: scripts/module load', 'bpftrace: lacks: bpftrace']);

test('the kernel module where it is loaded and the kernel refuses eBPF', async (t) => {
  const {checks, probe: {chosen, rung, why, cannotSee}} = await examineHost(host({
    commands: {[`${probe} features`]: done(features('fentry', 'tracepoint'))},
    files: {'/dev/winnow': '', '/lib/modules/6.1.0-30-amd64/build': null},
  }));
  t.deepEqual([chosen, rung, why], ['module', 'module', 'the eBPF probe does not attach']);
  t.like(checks.find(({name}) => name === 'kernel module'), {status: 'ok', detail: 'loaded'});
  t.true(cannotSee.length > 0 && cannotSee.every(({probes}) => probes.includes('module')));
});

const noEngine = {engine: () => Promise.reject(new WinnowError('Docker does not answer'))};
test('no Docker engine', lacks, {...noEngine, files: {'/run/systemd/system': ''}}, 'docker', /does not answer/, /^systemctl start docker$/, 'ebpf');
test('no Docker engine and no systemd', lacks, {...noEngine, files: {'/proc/net/ip_tables_names': ''}}, 'docker', /does not answer/, /^dockerd &$/, 'ebpf');
test('no Docker engine on a kernel without iptables', lacks, noEngine, 'docker', /does not answer/, /^dockerd --bridge=none --iptables=false &$/, 'ebpf');
test('no Docker at all', lacks, {...noEngine, commands: {'dockerd --version': null}}, 'docker', /does not answer/, /^apt-get install docker.io$/, 'ebpf');

test('Secure Boot with lockdown refuses an unsigned module and says how to sign', async (t) => {
  const {checks} = await examineHost(host({files: {
    '/sys/kernel/security/lockdown': 'none [integrity] confidentiality',
    '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c': '\u0006\0\0\0\u0001',
  }}));
  t.like(checks.find(({name}) => name === 'lockdown'), {status: 'ok'});
  const check = checks.find(({name}) => name === 'kernel module');
  t.regex(check?.detail ?? '', /Secure Boot is on/);
  t.regex(check?.mend ?? '', /^mokutil/);
});

test('the page on probes has the blind spots that doctor states, each with a test that there is', (t) => {
  const names: readonly ProbeName[] = ['fentry', 'tracepoint', 'module', 'bpftrace', 'strace'];
  const rows = blindSpots.map(({id, what, probes, instead}) => `| ${what} | ${names.map((name) => (probes.includes(name) ? 'no' : 'yes')).join(' | ')} | ${instead} | ${shownBy(id)} |`);
  const page = readFileSync(new URL('../../docs/probes.md', import.meta.url), 'utf8');
  t.deepEqual(page.split('\n').filter((line) => /\| (yes|no) \|/.test(line)), rows);
  for (const [, name] of rows.join('\n').matchAll(/\| `([\w/-]+)`/g)) {
    t.true(existsSync(new URL(`../${name}.test.ts`, import.meta.url)), name);
  }
});
