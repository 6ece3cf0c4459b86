# shellcheck shell=sh
# More of everything than a test has time for: what came of it goes to stress.log, what the kernel said to stress.kernel-log.
# shellcheck source=lib.sh
. ./lib.sh
# shellcheck source=load-and-unload.sh
. ./load-and-unload.sh

dmesg -c >/dev/null
insmod winnow.ko
./device events "$(cat events)" >stress.log 2>&1 || { tail -n 1 stress.log; exit 1; }
load_and_unload "$(cat cycles)"
cp cycles cycles-done
rmmod winnow
dmesg -r >stress.kernel-log
