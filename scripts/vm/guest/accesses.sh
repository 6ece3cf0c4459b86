# shellcheck shell=sh
# Runs the program `accesses` in a container under each rung of the eBPF probe and under the kernel module, then takes
# the probe's hold away.
# shellcheck source=lib.sh
. ./lib.sh

dmesg -c >/dev/null
insmod winnow.ko
./winnow-probe features >features.json
while read -r rung; do
  id="$(printf '%s' "$rung" | sha256sum | cut -c 1-64)"
  attach "$rung.stream" --container "$id" --rung "$rung"
  container "$id" accesses.json >"$rung.expected"
  detach
done <rungs

attach module-spots.stream --container "$id" --rung module
container "$id" spots.json >spots
detach
rmmod winnow
dmesg -r >module.kernel-log

# What the first rung can't see, while the kernel still holds programs of an earlier probe of that kind. Then, without its keeper it sees nothing any more; it must say so.
attach earlier.stream --container "$id" --rung fentry
detach
pidof winnow-keeper >held
attach orphan.stream --container "$id" --rung fentry
container "$id" spots.json >spots
kill -KILL "$(tr -d ' ' <"/proc/$probe/task/$probe/children")"
if wait "$probe"; then exit 1; fi
exec 9>&-
mv /tmp/orphan.stream .
