import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import {busybox, ensureTestImages} from '../../capture/images.js';
import {buildImage, removeLater, uniqueTag} from '../../image/engine-truth.js';
import {linesOf, type Outcome, temporaryStore, winnow} from '../run-winnow.js';

test.before(ensureTestImages);

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

interface Image {
  readonly store: string;
  readonly tag: string;
  readonly slim: string;
  /** Profiles the image, plans with these globs removed, and debloats. */
  readonly debloat: (remove: readonly string[], ...options: string[]) => Promise<Outcome & {report: Report | null}>;
}

/** An image of its own, of busybox and small files. */
async function makeImage(t: ExecutionContext, config: string): Promise<Image> {
  const store = await temporaryStore(t);
  const [tag, slim] = [uniqueTag('verify'), uniqueTag('verified')] as const;
  removeLater(t, slim);
  await buildImage(t, {
    Dockerfile: `FROM ${busybox}\nCOPY report lines one two /opt/\nRUN chmod 755 /opt/report\nCMD ["/opt/report"]\n`,
    report: '#!/bin/sh\nset -e\ncat /opt/lines\ncat /opt/one /opt/two >/dev/null\ntest "$(ls /opt | wc -l)" = 4\n',
    lines: 'a line\n', one: '1\n', two: '2\n',
  }, tag);
  await writeFile(path.join(store, 'winnow.yaml'), config);
  const profiled = await winnow(['profile', tag, '--config', path.join(store, 'winnow.yaml'), '--store', store, '--backend=ebpf']);
  t.is(profiled.code, ExitCode.done, profiled.err);
  return {
    store, tag, slim,
    debloat: async (remove, ...options) => {
      const plan = path.join(store, 'plan.json');
      t.is((await winnow(['plan', tag, '--store', store, '--output', plan, ...remove.map((glob) => `--remove=${glob}`)])).code, ExitCode.done);
      const reportFile = path.join(store, 'report.json');
      const outcome = await winnow(['debloat', tag, '--tag', slim, '--store', store, '--plan', plan, '--report', reportFile, ...options]);
      const report = await readFile(reportFile, 'utf8').then((text) => JSON.parse(text) as Report, () => null);
      return {...outcome, report};
    },
  };
}

const isTagged = async (tag: string): Promise<boolean> => (await execa('docker', ['image', 'inspect', tag], {reject: false})).exitCode === 0;
const report = 'workloads: [{name: report, network: none}]';

test('what the workload misses comes back, attempt by attempt, and the image gets its name', async (t) => {
  const {slim, debloat} = await makeImage(t, report);
  const {code, err, report: made} = await debloat(['/opt/lines', '/etc/passwd']);
  t.is(code, ExitCode.done, err);
  t.is(made?.verification.status, 'passed');
  const [first, last] = made?.verification.attempts ?? [];
  t.deepEqual(first?.shortfalls.map(({workload, missed}) => [workload, missed.map(({path: missedPath}) => missedPath)]), [['report', ['/opt/lines']]]);
  t.regex(first?.shortfalls[0]?.differences.join() ?? '', /^it ended with exit code \d+ rather than exit code 0$/);
  t.true(first?.addedBack.some(({path: back}) => back === '/opt/lines'));
  t.deepEqual(last, {shortfalls: [], addedBack: []});
  t.regex(err, /attempt 1: workload "report": .*came back/);
  t.is((await execa('docker', ['run', '--rm', '--network=none', slim])).stdout, 'a line');
});

test('without a pass nothing is tagged, and it is said why', async (t) => {
  const {slim, debloat} = await makeImage(t, report);
  const {code, err, report: made} = await debloat(['/opt/lines'], '--max-repairs=0');
  t.is(code, ExitCode.threshold);
  t.regex(linesOf(err).at(-1) ?? '', /^winnow: .* is not debloated: workload "report" does not pass: it ended with exit code 1 rather than exit code 0; allow more of --max-repairs/);
  t.is(made?.verification.status, 'failed');
  t.is(made?.debloated, null);
  t.false(await isTagged(slim));
});

test('a run that counts what is in a directory gets back what went from it', async (t) => {
  const {debloat} = await makeImage(t, 'workloads: [{name: count, network: none, command: [sh, -c, "set -- /opt/*; test $# = 4"]}]');
  const {code, err, report: made} = await debloat([]);
  t.is(code, ExitCode.done, err);
  const [first] = made?.verification.attempts ?? [];
  t.deepEqual(first?.shortfalls[0]?.missed, []);
  t.deepEqual(first?.addedBack.map(({path: back}) => back).sort(), ['/opt/lines', '/opt/one', '/opt/report', '/opt/two']);
});

test('another body than that of the original is a difference', async (t) => {
  const {slim, debloat} = await makeImage(t, `workloads:
  - name: pages
    network: host
    command: httpd -f -p 127.0.0.1:47417 -h /opt
    docker: [--stop-timeout=0]
    ready: tcp:47417
    steps: [{http: "http://127.0.0.1:47417/lines"}]
`);
  const {code, report: made} = await debloat(['/opt/lines'], '--max-repairs=0');
  t.is(code, ExitCode.threshold);
  t.deepEqual(made?.verification.attempts[0]?.shortfalls, [{
    workload: 'pages', differences: ['http://127.0.0.1:47417/lines answered 404 rather than 200'], missed: [{path: '/opt/lines'}],
  }]);
  t.false(await isTagged(slim));
});

test('workloads named by options are verified with instead', async (t) => {
  const {debloat} = await makeImage(t, report);
  const {code, report: made} = await debloat(['/opt/lines'], '--exec=true', '--docker-arg=--entrypoint=sleep', '--docker-arg=--stop-timeout=0');
  t.is(code, ExitCode.threshold, 'sleep without a time ends before the step');
  t.is(made, null, 'it failed on the original');
});

test('a workload that fails on the original says nothing of the debloated image', async (t) => {
  const {store, tag, slim} = await makeImage(t, report);
  await writeFile(path.join(store, 'other.yaml'), 'workloads: [{name: broken, network: none, command: sleep 600, docker: [--stop-timeout=0], steps: [{exec: "false"}]}]');
  const {code, err} = await winnow(['debloat', tag, '--tag', slim, '--store', store, '--config', path.join(store, 'other.yaml')]);
  t.is(code, ExitCode.threshold);
  t.regex(err, /^winnow: workload "broken" fails on .* as it came: .*"false" inside ended with exit code 1; mend the workload/);
  t.false(await isTagged(slim));
});

test('where nothing is known to verify with, it is said what to name', async (t) => {
  const {tag, slim, store, debloat} = await makeImage(t, report);
  const {code, err} = await winnow(['debloat', tag, '--tag', slim, '--store', store, '--workload=other']);
  t.is(code, ExitCode.usage);
  t.regex(err, /^winnow: no workload of .* is known to verify with; name some with --config/);
  const unverified = await debloat(['/opt/lines'], '--no-verify');
  t.is(unverified.code, ExitCode.done, unverified.err);
  t.is(unverified.report?.verification.status, 'skipped');
  t.regex(unverified.out, /not verified/);
  t.true(await isTagged(slim));
});

test('nothing is left of the images that were tried', async (t) => {
  const dangling = async (): Promise<string[]> => linesOf((await execa('docker', ['images', '--quiet', '--no-trunc', '--filter=dangling=true', '--filter=label=winnow.original'])).stdout);
  const {debloat, tag} = await makeImage(t, report);
  const {stdout: id} = await execa('docker', ['image', 'inspect', '--format={{.Id}}', tag]);
  await debloat(['/opt/lines'], '--max-repairs=0');
  for (const image of await dangling()) {
    const {stdout: original} = await execa('docker', ['image', 'inspect', '--format={{index .Config.Labels "winnow.original"}}', image], {reject: false});
    t.not(original, id);
  }
});
