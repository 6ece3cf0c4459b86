# shellcheck shell=sh
# Runs the benchmarks' workloads in a container under each way to watch it, and beside a watched one. Under -icount the
# clocks count instructions.
# shellcheck source=lib.sh
. ./lib.sh

own="$(printf own | sha256sum | cut -c 1-64)"
other="$(printf other | sha256sum | cut -c 1-64)"

# measure CONTAINER WAY: leaves WAY.loop and WAY.execs.
measure() {
  for workload in loop execs; do
    container "$1" "$workload.json" >"$2.$workload"
  done
}

# measure_floor RUNG: with programs there that do nothing.
measure_floor() {
  rm -f /tmp/stop
  mkfifo /tmp/stop
  ./floor floor.bpf.o "$1" </tmp/stop >/tmp/attached &
  exec 9>/tmp/stop
  until [ -s /tmp/attached ]; do sleep 0.05; done
  measure "$own" "$1.floor"
  exec 9>&-
  wait "$!"
  rm /tmp/attached
}

measure "$own" untraced
insmod winnow.ko
measure "$own" module.floor
while read -r rung; do
  [ "$rung" = module ] || measure_floor "$rung"
  attach "$rung.stream" --container "$own" --rung "$rung"
  measure "$own" "$rung.inside"
  measure "$other" "$rung.beside"
  detach
  settle
  attach "$rung.stream" --container "$own" --rung "$rung" --events all
  measure "$own" "$rung.all"
  detach
  rm "$rung.stream" # a large one
  settle
done <rungs
