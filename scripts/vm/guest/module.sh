# shellcheck shell=sh
# Uses the kernel module in wrong ways, under load and with too little room; what it answers goes to files here, and
# what the kernel said meanwhile to module.kernel-log.
# shellcheck source=lib.sh
. ./lib.sh
# shellcheck source=load-and-unload.sh
. ./load-and-unload.sh

dmesg -c >/dev/null
for parameter in ring_bytes_max=0 ring_bytes_max=2048 ring_bytes_max=5000 ring_bytes_max=2147483648 ring_bytes_max=many; do
  ! insmod winnow.ko "$parameter" 2>>parameters || exit 1
done
insmod winnow.ko
./device >device.log 2>&1 || { tail -n 1 device.log; exit 1; }

# Full rings: every loss is counted.
id="$(printf module | sha256sum | cut -c 1-64)"
for events in first all; do
  attach "$events.stream" --container "$id" --rung module --ring-bytes 4096 --events "$events"
  container "$id" burst.json >"$events.made"
  detach
done

# A probe that is killed, and one that works beside it.
attach beside.stream --container "$id" --rung module
mkfifo /tmp/other
./winnow-probe run --rung module --container "$id" </tmp/other >/tmp/killed.stream &
killed=$!
exec 8>/tmp/other
until [ -s /tmp/killed.stream ]; do sleep 0.05; done
kill -KILL "$killed"
exec 8>&-
container "$id" burst.json >beside.made
detach

# The largest ring; less memory than the program in the container wants, and than one of two readers takes for its stream.
# What the kernel says of those that it kills for that is kept apart.
dmesg -r -c >module.kernel-log
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir "/sys/fs/cgroup/$id" /sys/fs/cgroup/reader
echo 8M >"/sys/fs/cgroup/$id/memory.max"
echo 256K >/sys/fs/cgroup/reader/memory.max
attach starved.stream --container "$id" --rung module --events all
echo "$probe" >/sys/fs/cgroup/reader/cgroup.procs
starved="$probe"
exec 8>&9
attach pressed.stream --container "$id" --rung module --events all --ring-bytes 67108864
container "$id" pressed.json >pressed.made || true
detach
exec 8>&-
! wait "$starved" || exit 1
cp /sys/fs/cgroup/reader/memory.events starved
dmesg -r -c >pressed.kernel-log

load_and_unload 5
rmmod winnow
dmesg -r >>module.kernel-log
