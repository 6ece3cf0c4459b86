# shellcheck shell=sh
# load_and_unload TIMES: of the kernel module, which is loaded, under a workload that a probe follows each time.
load_and_unload() {
  mkdir /sys/fs/cgroup/running
  sh -c 'echo $$ >/sys/fs/cgroup/running/cgroup.procs; while :; do cat /proc/self/status >/dev/null; done' &
  workload=$!
  until grep -q . /sys/fs/cgroup/running/cgroup.procs; do sleep 0.05; done
  for _ in $(seq "$1"); do
    attach running.stream --cgroup /sys/fs/cgroup/running --running --rung module
    detach
    rmmod winnow
    insmod winnow.ko
  done
  kill "$workload"
  wait "$workload" || true
}
