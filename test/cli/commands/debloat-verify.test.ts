import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {freePort} from '../../../scripts/tour/free-port.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {busybox, containerOf, ensureTestImages} from '../../capture/images.js';
import {removeLater, uniqueTag} from '../../image/engine-truth.js';
import {linesOf, type Outcome, spawnWinnow, winnow} from '../run-winnow.js';

interface Report {
  readonly debloated: object | null;
  readonly verification: {
    readonly status: string;
    readonly workloads: readonly string[];
    readonly attempts: readonly {
      readonly shortfalls: readonly {readonly workload: string; readonly differences: readonly string[]; readonly missed: readonly {readonly path: string}[]}[];
      readonly addedBack: readonly {readonly path: string}[];
    }[];
  };
}

const tag = uniqueTag('verify');
const store = path.join(tmpdir(), tag.replace(':', '-'));

test.before(async () => {
  await ensureTestImages();
  const context = path.join(store, 'context');
  await mkdir(context, {recursive: true});
  const files = {
    Dockerfile: `FROM ${busybox}\nCOPY report lines one two /opt/\nRUN chmod 755 /opt/report && mkdir /srv && ln -s /opt/two /srv/link\nCMD ["/opt/report"]\n`,
    report: '#!/bin/sh\nset -e\ncat /opt/lines\ncat /opt/one /opt/two >/dev/null\n',
    lines: 'a line\n', one: '1\n', two: '2\n',
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path.join(context, name), content)));
  await execa('docker', ['build', '--quiet', '--network=none', `--tag=${tag}`, context], {env: {DOCKER_BUILDKIT: '0'}});
  const config = await writeConfig('{name: report, network: none}');
  const {err, code} = await winnow(['profile', tag, '--config', config, '--store', store, '--backend=ebpf']);
  if (code !== ExitCode.done) {
    throw new Error(err);
  }
});

test.after('nothing is left of the images that were tried', async (t) => {
  const {stdout: id} = await execa('docker', ['image', 'inspect', '--format={{.Id}}', tag]);
  const {stdout: left} = await execa('docker', ['images', '--quiet', '--filter=dangling=true', `--filter=label=winnow.original=${id}`]);
  t.is(left, '');
});

test.after.always(async () => {
  await execa('docker', ['rmi', '--force', tag], {reject: false});
  await rm(store, {recursive: true, force: true});
});

/** A config of one workload, in YAML. */
async function writeConfig(workload: string): Promise<string> {
  const file = path.join(store, `${randomUUID()}.yaml`);
  await writeFile(file, `workloads: [${workload}]\n`);
  return file;
}

interface Debloated extends Outcome {
  readonly slim: string;
  readonly report: Report | null;
}

/** Plans the image with these globs removed, and debloats it. */
async function debloat(t: ExecutionContext, remove: readonly string[], ...options: string[]): Promise<Debloated> {
  const slim = uniqueTag('verified');
  removeLater(t, slim);
  const [plan, reportFile] = ['plan', 'report'].map((name) => path.join(store, `${name}-${randomUUID()}.json`)) as [string, string];
  t.is((await winnow(['plan', tag, '--store', store, '--output', plan, ...remove.map((glob) => `--remove=${glob}`)])).code, ExitCode.done);
  const outcome = await winnow(['debloat', tag, '--tag', slim, '--store', store, '--plan', plan, '--report', reportFile, ...options]);
  const report = await readFile(reportFile, 'utf8').then((text) => JSON.parse(text) as Report, () => null);
  return {...outcome, slim, report};
}

const isTagged = async (tag: string): Promise<boolean> => (await execa('docker', ['image', 'inspect', tag], {reject: false})).exitCode === 0;

test('what the workload misses comes back, attempt by attempt, and the image gets its name', async (t) => {
  const {code, err, report, slim} = await debloat(t, ['/opt/lines', '/etc/passwd']);
  t.is(code, ExitCode.done, err);
  t.is(report?.verification.status, 'passed');
  const [first, last] = report?.verification.attempts ?? [];
  t.deepEqual(first?.shortfalls.map(({workload, missed}) => [workload, missed.map(({path: missedPath}) => missedPath)]), [['report', ['/opt/lines']]]);
  t.regex(first?.shortfalls[0]?.differences.join() ?? '', /^it ended with exit code \d+ rather than exit code 0$/);
  t.true(first?.addedBack.some(({path: back}) => back === '/opt/lines'));
  t.deepEqual(last, {shortfalls: [], addedBack: []});
  t.regex(err, /attempt 1: workload "report": .*came back/);
  t.is((await execa('docker', ['run', '--rm', '--network=none', slim])).stdout, 'a line');
});

test('without a pass nothing is tagged, and it is said why', async (t) => {
  const {code, err, report, slim} = await debloat(t, ['/opt/lines', '/opt/two'], '--max-repairs=0');
  t.is(code, ExitCode.threshold);
  t.regex(linesOf(err).at(-1) ?? '', /^winnow: .* is not debloated: workload "report" does not pass: it ended with exit code 1 rather than exit code 0; allow more of --max-repairs/);
  t.is(report?.verification.status, 'failed');
  t.is(report?.debloated, null);
  t.false(await isTagged(slim));
});

test('a link that was removed with its target comes back with it', async (t) => {
  const config = await writeConfig('{name: linked, network: none, command: cat /srv/link}');
  const {code, err, report} = await debloat(t, ['/opt/two'], '--config', config);
  t.is(code, ExitCode.done, err);
  const {shortfalls = [], addedBack = []} = report?.verification.attempts[0] ?? {};
  t.deepEqual(shortfalls[0]?.missed.map(({path: missedPath}) => missedPath), ['/opt/two', '/srv/link']);
  t.true(['/opt/two', '/srv/link'].every((name) => addedBack.some(({path: back}) => back === name)));
});

test('a run that counts what is in a directory gets back what went from it', async (t) => {
  const config = await writeConfig('{name: count, network: none, command: [sh, -c, "set -- /opt/*; test $# = 4"]}');
  const {code, err, report} = await debloat(t, ['/opt/*'], '--config', config);
  t.is(code, ExitCode.done, err);
  const [first] = report?.verification.attempts ?? [];
  t.deepEqual(first?.shortfalls[0]?.missed, []);
  t.deepEqual(first?.addedBack.map(({path: back}) => back).sort(), ['/opt/lines', '/opt/one', '/opt/report', '/opt/two']);
});

test('another answer than that of the original is a difference', async (t) => {
  const port = await freePort();
  const config = await writeConfig(`{name: pages, network: host, command: httpd -f -p 127.0.0.1:${port} -h /opt, docker: [--stop-timeout=0], ready: "tcp:${port}", steps: [{http: "http://127.0.0.1:${port}/lines"}]}`);
  const {code, report, slim} = await debloat(t, ['/opt/lines'], '--max-repairs=0', '--config', config);
  t.is(code, ExitCode.threshold);
  t.deepEqual(report?.verification.attempts[0]?.shortfalls, [{
    workload: 'pages', differences: [`http://127.0.0.1:${port}/lines answered 404 rather than 200`], missed: [{path: '/opt/lines'}],
  }]);
  t.false(await isTagged(slim));
});

test('a workload that fails on the original says nothing of the debloated image', async (t) => {
  const config = await writeConfig('{name: broken, network: none, command: sleep 600, docker: [--stop-timeout=0], steps: [{exec: "false"}]}');
  const {code, err, report, slim} = await debloat(t, [], '--config', config);
  t.is(code, ExitCode.threshold);
  t.regex(err, /^winnow: workload "broken" fails on .* as it came: .*"false" inside ended with exit code 1; mend the workload/);
  t.is(report, null);
  t.false(await isTagged(slim));
});

test('where nothing is known to verify with, it is said what to name', async (t) => {
  const {code, err} = await debloat(t, [], '--workload=other');
  t.is(code, ExitCode.usage);
  t.regex(err, /^winnow: no workload of .* is known to verify with; name some with --config/);
});

test('unverified it is named too, and the report says so', async (t) => {
  const {code, out, err, report, slim} = await debloat(t, ['/opt/lines'], '--no-verify');
  t.is(code, ExitCode.done, err);
  t.is(report?.verification.status, 'skipped');
  t.regex(out, /not verified/);
  t.true(await isTagged(slim));
});

test('interrupted, nothing is tagged and no container is left', async (t) => {
  const marker = randomUUID();
  const slim = uniqueTag('interrupted');
  const config = await writeConfig(`{name: long, network: none, command: [sh, -c, "sleep 600; : ${marker}"], docker: [--stop-timeout=0]}`);
  const child = spawnWinnow(['debloat', tag, '--tag', slim, '--store', store, '--config', config]);
  while ((await containerOf(marker)) === null) {
    await sleep(100);
  }
  process.kill(child.pid ?? 0, 'SIGTERM'); // not by execa, which would send SIGKILL after 5 s
  const {exitCode, stderr} = await child;
  t.is(exitCode, ExitCode.interrupted, stderr);
  t.regex(linesOf(stderr).at(-1) ?? '', /^winnow: interrupted; nothing was tagged$/);
  t.is(await containerOf(marker), null);
  t.false(await isTagged(slim));
});
