/** What to run in the sample image: programs as people use them, each in its own way. */
export const realPrograms = {
  'a web service': `
set -e
shop-entrypoint python3 -m shop & service=$!
until curl -sf http://127.0.0.1:8080/ >/dev/null; do sleep 0.1; done
for page in / /search?q=tea '/report?kind=stock' /static/shop.css /api/products /nowhere; do
  curl -s "http://127.0.0.1:8080$page" >/dev/null
done
shop-report >/dev/null
kill $service
wait $service || true`,

  'Python with modules in C, certificates and time zones': `
exec python3 -c '
import json, ssl, http.client, sqlite3, decimal, zoneinfo, email.message, xml.etree.ElementTree, multiprocessing
ssl.create_default_context().load_default_certs()
zoneinfo.ZoneInfo("Europe/Berlin")
try:
    import nowhere
except ImportError:
    pass
'`,

  'git, which forks, renames and links': `
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
git clone -q . ../clone`,

  'Perl with its modules': `
exec perl -MJSON::PP -MPOSIX -MData::Dumper -MFile::Find -MEncode -MTime::Local -e '
  my $files = 0;
  find(sub { $files++ }, "/usr/share/perl");
  print JSON::PP->new->encode({files => $files, when => strftime("%F", localtime), text => Encode::decode("UTF-8", "caf\\xc3\\xa9")}) ne "" ? "" : Dumper(1);
  for (glob "/etc/*.conf") { open my $file, "<", $_ or next; my @lines = <$file> }
'`,

  'programs that walk whole trees': `
set -e
find /usr/share/doc /etc -type f -newer /etc/passwd >/dev/null
grep -r --include='*.conf' -l listen /etc >/dev/null || true
tar -C / -cf - etc usr/share/zoneinfo/Europe | tar -tf - >/dev/null
cp -a /etc/alternatives /tmp/alternatives
du -s /usr/share >/dev/null`,

  'a shell script with pipelines, here documents, and programs behind symlinks': `
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
chmod 600 /etc/issue
ln /etc/issue.net /etc/linked
mv /etc/issue.net /etc/moved
rm /etc/alternatives/README
vi -es -c quit /etc/passwd </dev/null || true`,
} as const satisfies Record<string, string>;

export type RealProgram = keyof typeof realPrograms;
