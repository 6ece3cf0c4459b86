# shellcheck shell=sh
# On a kernel that looks for faults in itself: what the module is tested with elsewhere, and failing allocations. What the
# kernel found goes to debug.kernel-log and leaks.
# shellcheck source=lib.sh
. ./lib.sh
# shellcheck source=load-and-unload.sh
. ./load-and-unload.sh

dmesg -c >/dev/null
insmod winnow.ko
./device >device.log 2>&1 || { tail -n 1 device.log; exit 1; }

# Also where the caller could wait for memory; the kernel does not tell of each.
for kind in failslab fail_page_alloc; do
  echo N >"/sys/kernel/debug/$kind/ignore-gfp-wait"
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
for kind in failslab fail_page_alloc fail_usercopy; do
  echo 0 >"/sys/kernel/debug/$kind/verbose"
done
./device faults >faults.log 2>&1 || { tail -n 1 faults.log; exit 1; }

id="$(printf debug | sha256sum | cut -c 1-64)"
attach burst.stream --container "$id" --rung module --ring-bytes 4096
container "$id" burst.json >burst.made
detach

load_and_unload "$(cat cycles)"
rmmod winnow

# What nobody points to any more is a leak once it is five seconds old.
for _ in 1 2; do
  sleep 6
  echo scan >/sys/kernel/debug/kmemleak
done
cat /sys/kernel/debug/kmemleak >leaks
dmesg -r >debug.kernel-log
