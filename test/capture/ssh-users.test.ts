import {randomBytes} from 'node:crypto';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, root, temporaryStore, winnow} from '../cli/run-winnow.js';
import {busybox, ensureTestImages} from './images.js';
import {leftBehind, type SshServer, startSshServer} from './ssh-server.js';

test.before(ensureTestImages);

const alone = ['--docker-arg=--network=none', '--', 'true'];
const password = 'correct horse';

/** A user of this machine for one test, who may use Docker. */
async function makeUser(t: ExecutionContext): Promise<string> {
  const name = `winnow-test-${randomBytes(4).toString('hex')}`;
  const {stdout: hash} = await execa('openssl', ['passwd', '-6', '-stdin'], {input: password});
  await execa('useradd', ['--no-create-home', '--home-dir=/', '--shell=/bin/sh', '--groups=docker', `--password=${hash}`, name]);
  t.teardown(async () => void (await execa('userdel', [name])));
  return name;
}

interface Talk {
  /** What the terminal shows. */
  readonly shown: string;
  readonly exitCode: number;
}

/** Runs winnow on a terminal; types each answer once its question is shown. */
async function onTerminal(args: readonly string[], answers: readonly {readonly question: RegExp; readonly answer: string}[], env: Record<string, string>): Promise<Talk> {
  const file = path.join(root, 'src/cli/main.ts');
  const command = [process.execPath, '--import=tsx', file, ...args].map((word) => `'${word}'`).join(' ');
  const terminal = execa('script', ['--quiet', '--return', '--echo=never', '--command', command, '/dev/null'], {
    reject: false, cwd: root, env: {SSH_AUTH_SOCK: '', ...env}, all: true,
  });
  const left = [...answers];
  let shown = '';
  terminal.all.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (left[0]?.question.test(text) === true) {
      terminal.stdin.write(`${left.shift()?.answer}\r`);
    }
  });
  const {exitCode = -1} = await terminal;
  return {shown, exitCode};
}

const question = /Password of winnow-test-\w+@127\.0\.0\.1: /;
const withPasswords = {config: ['PasswordAuthentication yes', 'PubkeyAuthentication no']};
const place = ({address, knownHosts}: SshServer): string[] => ['--host', address, '--ssh-known-hosts', knownHosts];

test('a password is asked for on the terminal and not shown; without root or sudo the probe is refused', async (t) => {
  const server = await startSshServer(t, {...withPasswords, user: await makeUser(t)});
  const store = await temporaryStore(t);
  const {shown, exitCode} = await onTerminal(['profile', busybox, '--store', store, ...place(server), ...alone], [{question, answer: password}], {HOME: server.home});
  t.is(exitCode, ExitCode.hostCannot, shown);
  t.regex(shown, /the probe needs root, and winnow-test-\w+ can't use sudo without a password \(.*\); connect as root, or allow it there in sudoers/);
  t.false(shown.includes(password));
  t.deepEqual(await leftBehind(server), []);
});

test('a wrong password is asked for again, three times in all, and never shown', async (t) => {
  const server = await startSshServer(t, {...withPasswords, user: await makeUser(t)});
  const wrong = {question, answer: 'wrong horse'};
  const {shown, exitCode} = await onTerminal(['profile', busybox, ...place(server), ...alone], [wrong, wrong, wrong], {HOME: server.home});
  t.is(exitCode, ExitCode.failed, shown);
  t.regex(shown, /winnow: \[127\.0\.0\.1\]:\d+ refuses winnow-test-\w+, tried with a password; /);
  t.is(shown.match(new RegExp(question, 'g'))?.length, 3);
  t.false(shown.includes('horse'));
});

test('without a terminal no password is asked for', async (t) => {
  const server = await startSshServer(t, {...withPasswords, user: await makeUser(t)});
  const {code, err} = await winnow(['profile', busybox, ...place(server), ...alone], {env: {HOME: server.home, SSH_AUTH_SOCK: ''}});
  t.is(code, ExitCode.failed);
  t.regex(err, /refuses winnow-test-\w+; .*a password is asked for on a terminal only/);
  t.is(linesOf(err).length, 1, err);
});

test('Ctrl-C at the question ends winnow', async (t) => {
  const server = await startSshServer(t, {...withPasswords, user: await makeUser(t)});
  const {shown, exitCode} = await onTerminal(['profile', busybox, ...place(server), ...alone], [{question, answer: '\u0003'}], {HOME: server.home});
  t.is(exitCode, ExitCode.interrupted, shown);
});

test('a passphrase opens an encrypted key', async (t) => {
  const server = await startSshServer(t);
  const store = await temporaryStore(t);
  await execa('ssh-keygen', ['-q', '-p', '-N', password, '-f', server.keyFile]);
  const args = ['profile', busybox, '--store', store, ...place(server), ...alone];
  const {shown, exitCode} = await onTerminal(args, [{question: /Passphrase of .*id_ed25519: /, answer: password}], {HOME: server.home});
  t.is(exitCode, ExitCode.done, shown);
  t.false(shown.includes(password));
  t.true((await listRuns(store))[0]?.complete);
});

test('a wrong passphrase is asked for again, three times in all, then the key is left out', async (t) => {
  const server = await startSshServer(t);
  await execa('ssh-keygen', ['-q', '-p', '-N', password, '-f', server.keyFile]);
  const wrong = {question: /Passphrase of .*id_ed25519: /, answer: 'wrong horse'};
  const {shown, exitCode} = await onTerminal(['profile', busybox, ...place(server), ...alone], [wrong, wrong, wrong], {HOME: server.home});
  t.is(exitCode, ExitCode.failed, shown);
  t.regex(shown, /refuses root, tried with \/.*id_ed25519 \(left out: .*bad passphrase.*\); /);
  t.is(shown.match(/Passphrase of /g)?.length, 3);
  t.false(shown.includes('horse'));
});

test('a user who may use sudo without a password profiles as root does', async (t) => {
  const user = await makeUser(t);
  const server = await startSshServer(t, {user});
  const rule = `/etc/sudoers.d/${user}`;
  t.teardown(() => rm(rule, {force: true}));
  await writeFile(rule, `${user} ALL=(root) NOPASSWD: ALL\n`, {mode: 0o440});
  const store = await temporaryStore(t);
  const {code, err} = await winnow(['profile', busybox, '--store', store, ...server.options, '--runs=2', ...alone]);
  t.is(code, ExitCode.done, err);
  t.true((await listRuns(store)).every(({complete, lostRecords, capturedRecords}) => complete && lostRecords === 0 && capturedRecords > 0));
  t.deepEqual(await leftBehind(server), []);
});
