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

load_and_unload 5
rmmod winnow
dmesg -r >module.kernel-log
