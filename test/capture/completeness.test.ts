import {constants} from 'node:os';
import test, {type ExecutionContext} from 'ava';
import type {ContainerPath} from '../../src/model/container-path.js';
import {ensureSample, ensureTestImages} from './images.js';
import {observe, type ObservedRun} from './observers.js';

test.before(ensureSample);
test.before(ensureTestImages); // builds the fanotify observer

/** Errors of calls that looked at no file, which the probe leaves out: the name or the descriptor was no good. */
const beforeAnyFile = new Set([constants.errno.EFAULT, constants.errno.EBADF]);

/** What strace and fanotify saw and winnow did not, a line each. */
function missed({rows, tree, traced, notified}: ObservedRun): string[] {
  const succeeded = new Set(rows.filter(({ok}) => ok).map(({path}) => path));
  const failed = new Set(rows.filter(({ok}) => !ok).map(({path, errno}) => `${errno} ${path}`));
  const lines = new Set<string>();
  for (const {name, followLast, errno} of traced.filter((access) => !beforeAnyFile.has(access.errno))) {
    const {path, links, file} = tree.resolve(name, {followLast});
    for (const used of file === null || errno !== 0 ? links : [...links, path]) {
      if (!succeeded.has(used)) {
        lines.add(`strace: ${used}`);
      }
    }
    if (errno !== 0 && !failed.has(`${errno} ${path}`)) {
      lines.add(`strace: errno ${errno} ${path}`);
    }
  }
  for (const path of notified) {
    if (tree.get(path) !== undefined && !succeeded.has(path)) {
      lines.add(`fanotify: ${path}`);
    }
  }
  return [...lines].sort();
}

/** Files of the image that winnow alone saw. */
function onlyCaptured({rows, tree, traced, notified}: ObservedRun): ContainerPath[] {
  const others = new Set(notified);
  for (const {name, followLast} of traced.filter(({errno}) => errno === 0)) {
    const {path, links} = tree.resolve(name, {followLast});
    [...links, path].forEach((used) => others.add(used));
  }
  const files = rows.filter(({ok, origin, path}) => ok && origin === 'image' && tree.get(path)?.type === 'file').map(({path}) => path);
  return [...new Set(files)].filter((path) => !others.has(path)).sort();
}

const superset = test.macro(async (t: ExecutionContext, command: string, least: {readonly traced: number; readonly notified: number}, options: readonly string[] = []) => {
  const run = await observe(t, command, options);
  const [traced, notified] = [new Set(run.traced.map(({name, errno}) => `${errno} ${name}`)).size, run.notified.size];
  t.log(`${traced} traced, ${notified} notified, ${run.rows.length} rows`);
  t.true(traced >= least.traced, `strace saw ${traced} names`);
  t.true(notified >= least.notified, `fanotify saw ${notified} files`);
  t.deepEqual(missed(run), []);
  t.deepEqual(onlyCaptured(run), []);
});

test('everything that strace and fanotify see of a web service, and nothing else, is in the run', superset, `
set -e
shop-entrypoint python3 -m shop & service=$!
until curl -sf http://127.0.0.1:8080/ >/dev/null; do sleep 0.1; done
for page in / /search?q=tea '/report?kind=stock' /static/shop.css /api/products /nowhere; do
  curl -s "http://127.0.0.1:8080$page" >/dev/null
done
shop-report >/dev/null
kill $service
wait $service || true`, {traced: 300, notified: 200});

test('the same of Python with modules in C, certificates and time zones', superset, `
exec python3 -c '
import json, ssl, http.client, sqlite3, decimal, zoneinfo, email.message, xml.etree.ElementTree, multiprocessing
ssl.create_default_context().load_default_certs()
zoneinfo.ZoneInfo("Europe/Berlin")
try:
    import nowhere
except ImportError:
    pass
'`, {traced: 200, notified: 150});

test('the same of git, which forks, renames and links', superset, `
set -e
cd /tmp
git init -q repository
cd repository
git config user.name winnow
git config user.email winnow@localhost
for number in 1 2 3; do
  echo "$number" >file
  git add file
  git commit -q -m "commit $number"
done
git log --stat >/dev/null
git gc -q
git clone -q . ../clone`, {traced: 400, notified: 80}, ['--docker-arg=--env=HOME=/tmp']);

test('the same of Perl with its modules', superset, `
exec perl -MJSON::PP -MPOSIX -MData::Dumper -MFile::Find -MEncode -MTime::Local -e '
  my $files = 0;
  find(sub { $files++ }, "/usr/share/perl");
  print JSON::PP->new->encode({files => $files, when => strftime("%F", localtime), text => Encode::decode("UTF-8", "caf\\xc3\\xa9")}) ne "" ? "" : Dumper(1);
  for (glob "/etc/*.conf") { open my $file, "<", $_ or next; my @lines = <$file> }
'`, {traced: 1000, notified: 200});

test('the same of programs that walk whole trees', superset, `
set -e
find /usr/share/doc /etc -type f -newer /etc/passwd >/dev/null
grep -r --include='*.conf' -l listen /etc >/dev/null || true
tar -C / -cf - etc usr/share/zoneinfo/Europe | tar -tf - >/dev/null
cp -a /etc/alternatives /tmp/alternatives
du -s /usr/share >/dev/null`, {traced: 5000, notified: 700});

test('the same of a shell script with pipelines, here documents, and programs behind symlinks', superset, `
set -e
PATH=/nowhere:$PATH
cat >/tmp/script <<'end'
#!/usr/bin/perl
print "interpreted\\n";
end
chmod +x /tmp/script
/tmp/script | sort | uniq -c | awk '{ print $2 }' >/tmp/words
ps -e | grep -c . >/tmp/count
sed -i s/interpreted/done/ /tmp/words
xargs -n 1 basename </tmp/words | tee /tmp/copy | cmp - /tmp/words
curl -s file:///etc/passwd | cut -d: -f1 | while read -r name; do getent passwd "$name"; done >/dev/null
[ -e /absent ] || ls -l /usr/bin/awk /lib64 >/dev/null
vi -es -c quit /etc/passwd </dev/null || true`, {traced: 200, notified: 60});
