import {randomUUID} from 'node:crypto';
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import {busybox, ensureTestImages} from '../../capture/images.js';
import {removeLater, uniqueTag} from '../../image/engine-truth.js';
import {linesOf, winnow} from '../run-winnow.js';

const [earlier, next, apart] = [uniqueTag('earlier'), uniqueTag('next'), uniqueTag('apart')];
const store = path.join(tmpdir(), `winnow-test-earlier-${randomUUID()}`);

async function build(tag: string, files: Readonly<Record<string, string>>): Promise<void> {
  const context = path.join(store, randomUUID());
  await mkdir(context, {recursive: true});
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path.join(context, name), content)));
  await execa('docker', ['build', '--quiet', '--network=none', `--tag=${tag}`, context], {env: {DOCKER_BUILDKIT: '0'}});
}

/** An image that was profiled, and the next one, built from it: a program changed, one is new, a text is gone. */
test.before(async () => {
  await ensureTestImages();
  const report = '#!/bin/sh\nset -e\ncat /opt/lines\ncat /opt/one >/dev/null\n';
  await build(earlier, {
    Dockerfile: `FROM ${busybox}\nCOPY report lines one idle old /opt/\nRUN chmod 755 /opt/report\nCMD ["/opt/report"]\n`,
    report, lines: 'a line\n', one: '1\n', idle: 'idle\n', old: 'old\n',
  });
  await build(next, {
    Dockerfile: `FROM ${earlier}\nCOPY report added /opt/\nRUN chmod 755 /opt/report && rm /opt/old\n`,
    report: `${report}cat /opt/added >/dev/null\n`, added: 'added\n',
  });
  await build(apart, {Dockerfile: `FROM ${next}\nCOPY idle /opt/\n`, idle: 'another\n'});
  const {code, err} = await winnow(['profile', earlier, '--runs=2', '--workload=report', '--docker-arg=--network=none', '--store', store, '--backend=ebpf']);
  if (code !== ExitCode.done) {
    throw new Error(err);
  }
});

test.after.always(async () => {
  await execa('docker', ['rmi', '--force', apart, next, earlier], {reject: false});
  await rm(store, {recursive: true, force: true});
});

test('a new image without runs tells of those of the one before it', async (t) => {
  const rebuilt = earlier.replace(/:1$/, ':2');
  removeLater(t, rebuilt);
  await execa('docker', ['tag', next, rebuilt]);
  const {code, err} = await winnow(['train', rebuilt, '--store', store]);
  t.is(code, ExitCode.failed);
  t.true(err.endsWith(`; record some with winnow profile ${rebuilt}, or let those of an earlier image count with --from ${earlier}\n`), err);
});

test('train --from says what is carried over', async (t) => {
  const {code, out, err} = await winnow(['train', next, '--from', earlier, '--store', store]);
  t.is(code, ExitCode.done);
  t.regex(out, new RegExp(`^carried over {2}2 runs of ${earlier} \\(sha256:[0-9a-f]{12}\\)$`, 'm'));
  t.regex(out, /^ {14}[\d,]+ files are the same, 1 changed, 1 is new, 1 is gone$/m);
  t.deepEqual(linesOf(err), [`next: winnow plan ${next} --from ${earlier}`]);
});

test('plan --from keeps what the earlier image needed and what is new', async (t) => {
  const {code, out} = await winnow(['plan', next, '--from', earlier, '--store', store, '--json']);
  t.is(code, ExitCode.done);
  const {files} = JSON.parse(out) as {files: {path: string; decision: string; reason: string}[]};
  const decisionOf = (name: string): string | undefined => files.find((file) => file.path === `/opt/${name}`)?.decision;
  t.deepEqual(['report', 'lines', 'added', 'idle', 'old'].map(decisionOf), ['keep', 'keep', 'keep', 'remove', undefined]);
});

test('debloat --from verifies the new image by the workloads of the earlier one', async (t) => {
  const slim = uniqueTag('slim');
  removeLater(t, slim);
  const {code, out, err} = await winnow(['debloat', next, '--from', earlier, '--tag', slim, '--store', store]);
  t.is(code, ExitCode.done, err);
  t.regex(out, /^verification passed: 1 workload \(report\), 1 attempt$/m);
  const {stdout} = await execa('docker', ['run', '--rm', '--network=none', slim]);
  t.is(stdout, 'a line');
  const idle = await execa('docker', ['run', '--rm', '--network=none', slim, 'cat', '/opt/idle'], {reject: false});
  t.not(idle.exitCode, 0);
});

test('explain --from says what became of the file', async (t) => {
  const {out} = await winnow(['explain', next, '/opt/report', '--from', earlier, '--store', store]);
  t.regex(out, /^since the runs +changed: they had another content here$/m);
  t.regex(out, /^decision +keep: observed in 2 of 2 runs, before it changed$/m);
  const added = await winnow(['explain', next, '/opt/added', '--from', earlier, '--store', store]);
  t.regex(added.out, /^place .*; kept before any is weighed, since no run could show that it is not needed$/m);
});

test('an earlier image without runs, and one for several, are refused', async (t) => {
  const {code, err} = await winnow(['train', next, '--from', apart, '--store', store]);
  t.is(code, ExitCode.usage);
  t.is(err, `winnow: there are no runs of an earlier image ${apart}; winnow runs list shows which images have some\n`);
  const several = await winnow(['plan', next, apart, '--from', earlier, '--store', store]);
  t.is(several.code, ExitCode.usage);
  t.regex(several.err, /--from is for one image/);
});
