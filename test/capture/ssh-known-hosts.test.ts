import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {parseSshAddress} from '../../src/capture/ssh/address.js';
import {type HostKeyVerdict, judgeHostKey, knownKeyTypes, parseKnownHosts} from '../../src/capture/ssh/known-hosts.js';
import {WinnowError} from '../../src/model/winnow-error.js';

const directory = mkdtempSync(path.join(tmpdir(), 'winnow-test-known-hosts-'));
test.after.always(() => rmSync(directory, {recursive: true}));

/** A public key as `TYPE BASE64`, made by ssh-keygen. */
function makeKey(type: string): string {
  const file = path.join(directory, `${type}-${Math.random()}`);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

const [key, otherKey, ecdsaKey] = [makeKey('ed25519'), makeKey('ed25519'), makeKey('ecdsa')];
const blob = (text: string): Buffer => Buffer.from(text.split(' ')[1] ?? '', 'base64');

/** As ssh-keygen -H writes it. */
function hashed(line: string): string {
  const file = path.join(directory, `hashed-${Math.random()}`);
  writeFileSync(file, line);
  execFileSync('ssh-keygen', ['-H', '-f', file], {stdio: 'ignore'});
  return readFileSync(file, 'utf8');
}

const judged = test.macro((t: ExecutionContext, lines: string, name: string, is: HostKeyVerdict['is']) => {
  t.is(judgeHostKey(parseKnownHosts(lines, 'known_hosts'), name, blob(key)).is, is);
});

test('a host is known by its name', judged, `example.org ${key} a comment`, 'example.org', 'known');
test('one name of several is enough', judged, `a.example,example.org ${key}`, 'example.org', 'known');
test('a port other than 22 is part of the name', judged, `[example.org]:2222 ${key}`, '[example.org]:2222', 'known');
test('the key of one port is not that of another', judged, `example.org ${key}`, '[example.org]:2222', 'unknown');
test('a hashed name is recognised', judged, hashed(`example.org ${key}\n`), 'example.org', 'known');
test('a hashed name with a port is recognised', judged, hashed(`[example.org]:2222 ${key}\n`), '[example.org]:2222', 'known');
test('a hashed name hides another host', judged, hashed(`example.com ${key}\n`), 'example.org', 'unknown');
test('wildcards stand for what they do in ssh', judged, `*.example.or? ${key}`, 'a.example.org', 'known');
test('a dot is no wildcard', judged, `example.org ${key}`, 'exampleXorg', 'unknown');
test('a pattern can be taken back', judged, `*.example.org,!bad.example.org ${key}`, 'bad.example.org', 'unknown');
test('upper case in the file does not matter', judged, `Example.ORG ${key}`, 'example.org', 'known');
test('another key of the same type is a change', judged, `example.org ${otherKey}`, 'example.org', 'changed');
test('a key of another type only says nothing of this one', judged, `example.org ${ecdsaKey}`, 'example.org', 'unknown');
test('one of several keys is enough', judged, `example.org ${otherKey}\nexample.org ${key}\n`, 'example.org', 'known');
test('a revoked key is refused, also where it is known', judged, `example.org ${key}\n@revoked * ${key}\n`, 'example.org', 'revoked');
test('a revoked key is another key’s business', judged, `example.org ${key}\n@revoked * ${otherKey}\n`, 'example.org', 'known');
test('a certificate authority’s key is no host key', judged, `@cert-authority example.org ${key}`, 'example.org', 'unknown');
test('comments and lines that make no sense count for nothing', judged, `# example.org ${key}\nexample.org\n@odd example.org ${key}\n\n`, 'example.org', 'unknown');

test('a server is asked for a key of a type it is known by', (t) => {
  const entries = parseKnownHosts(`example.org ${ecdsaKey}\n@revoked example.org ${key}\n`, 'known_hosts');
  t.deepEqual(knownKeyTypes(entries, 'example.org'), ['ecdsa-sha2-nistp256']);
});

test('an address has a user, a host and a port', (t) => {
  t.deepEqual(parseSshAddress('ssh://ci@Build-7.example:2222'), {user: 'ci', host: 'build-7.example', port: 2222});
  t.deepEqual(parseSshAddress('ssh://ci@[::1]/'), {user: 'ci', host: '::1', port: 22});
  t.not(parseSshAddress('ssh://build-7').user, '');
});

const refused = test.macro((t: ExecutionContext, text: string, message: RegExp) => {
  const error = t.throws(() => parseSshAddress(text), {instanceOf: WinnowError, message});
  t.false(error.message.includes('secret'));
});

test('an address of another kind is refused', refused, 'tcp://build-7', /--host tcp:\/\/build-7 is not understood/);
test('a bare name is refused', refused, 'build-7', /is not understood/);
test('a path behind the host is refused', refused, 'ssh://ci@build-7/srv', /is not understood/);
test('a password in the address is refused and not repeated', refused, 'ssh://ci:secret@build-7', /takes no password/);
test('a password in an address that is wrong elsewhere is not repeated', refused, 'ssh://ci:secret@build-7/srv', /is not understood/);
