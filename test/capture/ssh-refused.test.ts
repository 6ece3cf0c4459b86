import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../src/model/exit-code.js';
import {listRuns} from '../../src/store/store.js';
import {linesOf, root, temporaryStore, winnow} from '../cli/run-winnow.js';
import {busybox, ensureTestImages} from './images.js';
import {leftBehind, type ServerSettings, type SshServer, startSshServer} from './ssh-server.js';

test.before(ensureTestImages);

const alone = ['--docker-arg=--network=none', '--docker-arg=--stop-timeout=0'];

interface Refusal extends ServerSettings {
  /** Options of winnow, where not the right ones; may change the server's files first. */
  readonly options?: (server: SshServer) => readonly string[] | Promise<readonly string[]>;
  readonly code: ExitCode;
  readonly message: RegExp;
}

/** One line that says why, a documented exit code, and nothing kept or left behind. */
const refused = test.macro(async (t: ExecutionContext, {options = (server) => server.options, code, message, ...settings}: Refusal) => {
  const server = await startSshServer(t, settings);
  const store = await temporaryStore(t);
  const given = await options(server);
  const result = await winnow(['profile', busybox, '--store', store, ...alone, ...given, '--', 'true'], {env: {HOME: server.home, SSH_AUTH_SOCK: ''}});
  t.is(result.code, code, result.err);
  t.is(linesOf(result.err).length, 1, result.err);
  t.regex(result.err, message);
  t.deepEqual(await listRuns(store), []);
  t.deepEqual(await leftBehind(server), []);
});

test('an unknown host is refused, with the line that adds it', refused, {
  options: async (server) => (await writeFile(server.knownHosts, ''), server.options),
  code: ExitCode.failed,
  message: /^winnow: \[127\.0\.0\.1\]:\d+ is not in .*known_hosts with its ssh-ed25519 key; add it with ssh-keyscan -p \d+ 127\.0\.0\.1 >> \/.*known_hosts/,
});

test('a host with another key is refused, with the lines that renew it', refused, {
  options: async (server) => {
    const {stdout} = await execa('ssh-keygen', ['-y', '-f', server.keyFile]);
    await writeFile(server.knownHosts, `# ours\n[127.0.0.1]:${server.port} ${stdout}\n`);
    return server.options;
  },
  code: ExitCode.failed,
  message: /^winnow: the ssh-ed25519 key of \[127\.0\.0\.1\]:\d+ is not the one in \/.*known_hosts:2: another host may answer.*ssh-keygen -R '\[127\.0\.0\.1\]:\d+' -f \//,
});

test('a revoked host key is refused', refused, {
  options: async (server) => {
    const {stdout} = await execa('ssh-keyscan', ['-p', String(server.port), '127.0.0.1']);
    await writeFile(server.knownHosts, stdout.replaceAll(/^\[/gm, '@revoked [') + `\n${stdout}`);
    return server.options;
  },
  code: ExitCode.failed,
  message: /^winnow: \[127\.0\.0\.1\]:\d+ shows a key that \/.*known_hosts:\d revokes/,
});

test('a certificate authority alone does not vouch for a host, and is named', refused, {
  options: async (server) => {
    const {stdout} = await execa('ssh-keygen', ['-y', '-f', server.keyFile]);
    await writeFile(server.knownHosts, `@cert-authority [127.0.0.1]:${server.port} ${stdout}\n`);
    return server.options;
  },
  code: ExitCode.failed,
  message: /is not in .* \(winnow does not read certificates, so \/.*known_hosts:1 does not help\)/,
});

test('a key that the host does not take is named', refused, {
  options: async (server) => {
    const other = path.join(server.home, 'other');
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    return [...server.options.slice(0, -1), other];
  },
  code: ExitCode.failed,
  message: /refuses root, tried with \/.*other; load a key with ssh-add/,
});

test('a key that needs a passphrase is named where nobody can be asked', refused, {
  options: async (server) => {
    await execa('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', server.keyFile]);
    return server.options;
  },
  code: ExitCode.failed,
  message: /refuses root, tried with \/.*id_ed25519 \(left out: .*no passphrase given\)/,
});

test('a key file that is not there is named', refused, {
  options: (server) => [...server.options.slice(0, -1), '/no/such/key'],
  code: ExitCode.failed,
  message: /^winnow: the key \/no\/such\/key can't be read: ENOENT/,
});

test('without a server the host is named', refused, {
  options: () => ['--host=ssh://root@127.0.0.1:1'],
  code: ExitCode.failed,
  message: /^winnow: \[127\.0\.0\.1\]:1 can't be reached over ssh: .*ECONNREFUSED.*; see whether ssh -p 1 root@127\.0\.0\.1 works/,
});

test('a server that forwards no sockets can’t offer its engine', refused, {
  config: ['AllowStreamLocalForwarding no'],
  code: ExitCode.hostCannot,
  message: /^winnow: Docker does not answer at \/var\/run\/docker\.sock of \[127\.0\.0\.1\]:\d+; start it there/,
});

test('a server without SFTP can’t take the probe', refused, {
  config: ['Subsystem sftp /bin/false'],
  code: ExitCode.failed,
  message: /^winnow: \[127\.0\.0\.1\]:\d+ does not open SFTP: /,
});

test('a probe that arrives with another byte is not run', refused, {
  config: [`Subsystem sftp ${path.join(root, 'test/capture/corrupting-sftp-server')}`],
  code: ExitCode.hostCannot,
  message: /^winnow: \[127\.0\.0\.1\]:\d+: \/.*\/winnow-probe is not what was sent; /,
});

const withTmp = (options: string): readonly string[] => ['unshare', '--mount', '/bin/sh', '-c', `mount -t tmpfs -o ${options} none "$TMPDIR" && exec "$0" "$@"`];

test('a host without room for the probe is told', refused, {
  prefix: withTmp('mode=1777,size=128k'),
  code: ExitCode.hostCannot,
  message: /^winnow: \[127\.0\.0\.1\]:\d+: \/.*\/winnow-probe can't be written: Failure; look at the room and the rights in its \/tmp/,
});

test('a host whose temporary directory allows no programs is told', refused, {
  prefix: withTmp('mode=1777,noexec'),
  code: ExitCode.hostCannot,
  message: /^winnow: \[127\.0\.0\.1\]:\d+: \/.*\/winnow-probe may not be run, as its file system allows no programs; set TMPDIR there to one that does/,
});

test('a host whose kernel has no BTF can’t run the probe', refused, {
  prefix: ['unshare', '--mount', '/bin/sh', '-c', 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"'],
  code: ExitCode.hostCannot,
  message: /^winnow: \[127\.0\.0\.1\]:\d+: winnow-probe: the kernel does not describe its types: it has no BTF in \/sys\/kernel\/btf\/vmlinux; winnow doctor/,
});

test('bpftrace is for this host only', refused, {
  options: (server) => [...server.options, '--backend=bpftrace'],
  code: ExitCode.usage,
  message: /^winnow: --backend bpftrace works on this host only; /,
});

test('--forward goes with --host', refused, {
  options: () => ['--forward=80'],
  code: ExitCode.usage,
  message: /^winnow: --ssh-key, --ssh-known-hosts and --forward go with --host\n$/,
});

test('the user’s own key files are offered where no key is named', async (t) => {
  const server = await startSshServer(t);
  const {exitCode, stderr} = await winnowAs(t, server, server.options.slice(0, 2));
  t.is(exitCode, ExitCode.done, stderr);
});

test('the agent’s key is enough', async (t) => {
  const server = await startSshServer(t);
  const socket = path.join(server.home, 'agent');
  const agent = execa('ssh-agent', ['-D', '-a', socket], {reject: false});
  t.teardown(async () => (agent.kill(), void (await agent)));
  await execa('sh', ['-c', `until ssh-add "$0" 2>/dev/null; do sleep 0.05; done; rm "$0"`, server.keyFile], {env: {SSH_AUTH_SOCK: socket}});
  const {exitCode, stderr} = await winnowAs(t, server, server.options.slice(0, 2), {SSH_AUTH_SOCK: socket});
  t.is(exitCode, ExitCode.done, stderr);
});

test('an agent that does not answer is one way less', async (t) => {
  const server = await startSshServer(t);
  const {exitCode, stderr} = await winnowAs(t, server, server.options.slice(0, 2), {SSH_AUTH_SOCK: '/no/such/agent'});
  t.is(exitCode, ExitCode.done, stderr);
});

/** A process of its own, with the server's home as `~`. */
async function winnowAs(t: ExecutionContext, server: SshServer, options: readonly string[], env: Record<string, string> = {}) {
  const store = await temporaryStore(t);
  const args = ['--import=tsx', path.join(root, 'src/cli/main.ts'), 'profile', busybox, '--store', store, ...alone, ...options, '--', 'true'];
  return execa(process.execPath, args, {reject: false, cwd: root, stdin: 'ignore', env: {HOME: server.home, SSH_AUTH_SOCK: '', ...env}});
}
