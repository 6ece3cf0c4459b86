import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';

/** Files that are of use only with one another: where one stays, all stay. */
export interface Together {
  /** As `--together NAME` and a policy have it. */
  readonly name: string;
  readonly title: string;
  /** Globs of the members, and of what a member directory holds beside them. */
  readonly members: readonly string[];
  readonly without?: readonly string[];
  /** Kept together without being asked for. */
  readonly always?: true;
}

/**
 * Known sets. Interpreters have two levels: `-core` is what starts the interpreter, the plain name its standard library too.
 * Links, loaders and hard links need no entry: what a file cannot do without is needed in the same runs (src/train/closure.ts).
 */
export const knownTogether: readonly Together[] = [
  {name: 'certificates', title: 'CA certificates', members: ['/etc/ssl/certs', '/etc/ssl/cert.pem', '/etc/pki', '/etc/ca-certificates', '/usr/share/ca-certificates', '/usr/lib/ssl/certs']},
  {name: 'timezones', title: 'time zones', members: ['/usr/share/zoneinfo', '/etc/localtime', '/etc/timezone']},
  {name: 'locales', title: 'locales and character sets', members: ['/usr/lib/locale', '/usr/share/locale', '/usr/share/i18n', '/usr/lib/**/gconv', '/etc/locale*']},
  {name: 'names', title: 'name services', members: ['/etc/nsswitch.conf', '/etc/services', '/etc/protocols', '/etc/gai.conf', 'libnss_*', 'libresolv*']},
  {name: 'python-core', title: 'what starts Python', members: [
    '/usr/**/bin/python3*', '/usr/**/libpython3*', '/usr/**/python3.*/encodings',
    ...['abc', 'codecs', 'io', 'os', 'site', 'stat', 'posixpath', 'genericpath', '_collections_abc', '_sitebuiltins'].map((name) => `/usr/**/python3.*/${name}.py`),
  ]},
  {name: 'python', title: 'Python and its standard library', members: ['/usr/**/bin/python3*', '/usr/**/libpython3*', '/usr/lib/python3*', '/usr/local/lib/python3*'], without: ['site-packages', 'dist-packages', 'test', 'tests', 'idlelib', 'ensurepip']},
  {name: 'perl-core', title: 'what starts Perl', members: ['/usr/bin/perl*', '/usr/**/libperl*', '/usr/lib/**/perl-base']},
  {name: 'perl', title: 'Perl and its standard library', members: ['/usr/bin/perl*', '/usr/**/libperl*', '/usr/lib/**/perl-base', '/usr/lib/**/perl', '/usr/share/perl'], without: ['pod', '*.pod']},
  {name: 'ruby', title: 'Ruby and its standard library', members: ['/usr/**/bin/ruby*', '/usr/**/libruby*', '/usr/lib/ruby', '/usr/lib/**/ruby', '/usr/local/lib/ruby'], without: ['gems']},
  {name: 'node', title: 'Node.js', members: ['/usr/**/bin/node', '/usr/**/bin/nodejs', '/usr/**/libnode*', '/usr/share/nodejs'], without: ['npm']},
  // One file of it stands for nothing: which of them a query reads is the server's affair.
  {name: 'databases', title: 'data of a database', always: true, members: ['postgresql', 'mysql', 'mongodb', 'redis', 'ldap', 'influxdb', 'cassandra', 'neo4j'].map((server) => `/var/lib/${server}`)},
];

/** @throws WinnowError (usage) for a name that is not known */
export function findTogether(name: string): Together {
  const found = knownTogether.find((known) => known.name === name);
  if (found === undefined) {
    throw new WinnowError(`there is no set of files "${name}"`, {exitCode: ExitCode.usage, hint: `known are ${knownTogether.map((known) => known.name).join(', ')}`});
  }
  return found;
}
