import test, {type ExecutionContext} from 'ava';
import {type DebloatConfig} from '../../src/model/debloat-config.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {knownTogether} from '../../src/plan/together.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {makeIndex, makeTouches} from '../train/make.js';

/** Of each set: a member that a run reads, other members as images have them, and what lies beside them and is none. */
const examples: Readonly<Record<string, {readonly read: string; readonly members: readonly string[]; readonly others: readonly string[]}>> = {
  databases: {read: '/var/lib/postgresql/15/main/base/5/1259', members: ['/var/lib/postgresql/15/main/base/5/2600', '/var/lib/postgresql/15/main/PG_VERSION'], others: ['/usr/share/postgresql/15/errcodes.txt', '/var/lib/dpkg/status-old']},
  certificates: {read: '/etc/ssl/certs/ca-certificates.crt', members: ['/etc/ssl/certs/ISRG_Root_X1.pem', '/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt', '/etc/pki/tls/cert.pem'], others: ['/etc/ssl/openssl.cnf', '/etc/ssl/private/key']},
  timezones: {read: '/usr/share/zoneinfo/Europe/Riga', members: ['/usr/share/zoneinfo/posix/Europe/Rome', '/etc/localtime'], others: ['/usr/share/doc/tzdata/copyright']},
  locales: {read: '/usr/lib/locale/C.utf8/LC_CTYPE', members: ['/usr/share/locale/lv/LC_MESSAGES/git.mo', '/usr/lib/x86_64-linux-gnu/gconv/UTF-16.so', '/usr/share/i18n/charmaps/UTF-8.gz', '/etc/locale.alias'], others: ['/usr/share/man/lv/man1/ls.1.gz']},
  names: {read: '/etc/nsswitch.conf', members: ['/lib/x86_64-linux-gnu/libnss_files.so.2', '/etc/services', '/lib/x86_64-linux-gnu/libresolv.so.2'], others: ['/lib/x86_64-linux-gnu/libc.so.6']},
  'python-core': {read: '/usr/bin/python3.11', members: ['/usr/lib/python3.11/encodings/utf_8.py', '/usr/lib/python3.11/os.py', '/usr/local/lib/libpython3.12.so.1.0'], others: ['/usr/lib/python3.11/json/decoder.py']},
  python: {read: '/usr/bin/python3.11', members: ['/usr/lib/python3.11/json/decoder.py', '/usr/lib/python3.11/lib-dynload/_json.so', '/usr/local/lib/python3.12/abc.py'], others: ['/usr/lib/python3/dist-packages/flask/app.py', '/usr/lib/python3.11/test/test_json.py', '/usr/lib/python3.11/idlelib/run.py']},
  'perl-core': {read: '/usr/bin/perl', members: ['/usr/bin/perl5.36.0', '/usr/lib/x86_64-linux-gnu/perl-base/strict.pm', '/usr/lib/x86_64-linux-gnu/libperl.so.5.36'], others: ['/usr/share/perl/5.36/CPAN.pm']},
  perl: {read: '/usr/bin/perl', members: ['/usr/share/perl/5.36/CPAN.pm', '/usr/lib/x86_64-linux-gnu/perl/5.36/POSIX.pm'], others: ['/usr/share/perl/5.36/pod/perlfunc.pod', '/usr/share/perl5/Git.pm']},
  ruby: {read: '/usr/bin/ruby3.1', members: ['/usr/lib/ruby/3.1.0/json.rb', '/usr/lib/x86_64-linux-gnu/ruby/3.1.0/json/ext/parser.so', '/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1'], others: ['/usr/lib/ruby/gems/3.1.0/gems/rake-13.0.6/lib/rake.rb']},
  node: {read: '/usr/bin/node', members: ['/usr/bin/nodejs', '/usr/lib/x86_64-linux-gnu/libnode.so.108', '/usr/share/nodejs/acorn/dist/acorn.js'], others: ['/usr/share/nodejs/npm/bin/npm-cli.js']},
};

const planWith = (name: string, keep: readonly string[] = [], remove: readonly string[] = [], touched = examples[name]?.read ?? '', together: readonly string[] = [name]): DebloatConfig => {
  const {read = '', members = [], others = []} = examples[name] ?? {};
  const index = makeIndex(Object.fromEntries([read, ...members, ...others, '/bin/sh'].map((path) => [path, {}])));
  const profile = trainProfile(makeTouches([{touches: [touched]}, {workload: 'other', touches: ['/bin/sh']}]), index);
  return planDebloat(profile, index, {maxRisk: 0.05, keep, remove, together});
};

const decisions = ({files}: DebloatConfig, paths: readonly string[]): string[] => paths.map((path) => `${path} ${files.find((file) => file.path === path)?.decision ?? 'absent'}`);

const goesTogether = test.macro((t: ExecutionContext, name: string) => {
  const {members = [], others = []} = examples[name] ?? {};
  const config = planWith(name);
  t.deepEqual(decisions(config, members), members.map((path) => `${path} keep`));
  t.deepEqual(decisions(config, others), others.map((path) => `${path} remove`));
  const idle = planWith(name, [], [], '/bin/sh');
  t.deepEqual(decisions(idle, members), members.map((path) => `${path} remove`), 'a set of which nothing is needed goes');
});

test('each known set has an example', (t) => t.deepEqual(Object.keys(examples).sort(), knownTogether.map(({name}) => name).sort()));
for (const {name, title} of knownTogether) {
  test(`${title}: where one is needed all stay, and nothing else does (${name})`, goesTogether, name);
}

test('data of a database stay together without being asked for', (t) => {
  const {members = [], others = []} = examples['databases'] ?? {};
  const config = planWith('databases', [], [], undefined, []);
  t.deepEqual(decisions(config, [...members, ...others]), [...members.map((path) => `${path} keep`), ...others.map((path) => `${path} remove`)]);
});

test('a glob that keeps one of a set keeps all of it, and one that removes goes before the set', (t) => {
  const [first = '', second = ''] = examples['timezones']?.members ?? [];
  t.deepEqual(decisions(planWith('timezones', [first], [], '/bin/sh'), [first, second]), [`${first} keep`, `${second} keep`]);
  t.deepEqual(decisions(planWith('timezones', [], [first]), [first, second]), [`${first} remove`, `${second} keep`]);
  t.deepEqual(decisions(planWith('timezones', [first], [first]), [first]), [`${first} keep`]);
});
