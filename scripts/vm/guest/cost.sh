# shellcheck shell=sh
# Runs the file-heavy loop in a container: alone, with the kernel module loaded but idle, in the probe's filter with
# repeats counted and with all events, and beside it. Under -icount the loop's clock counts instructions, those of the
# probe's reader included.
# shellcheck source=lib.sh
. ./lib.sh

own="$(printf own | sha256sum | cut -c 1-64)"
other="$(printf other | sha256sum | cut -c 1-64)"

container "$own" loop.json >untraced.cost
insmod winnow.ko
container "$own" loop.json >idle.cost
while read -r rung; do
  attach "$rung.stream" --container "$own" --rung "$rung"
  container "$own" loop.json >"$rung.inside.cost"
  container "$other" loop.json >"$rung.beside.cost"
  detach
  settle
  attach "$rung.stream" --container "$own" --rung "$rung" --events all
  container "$own" loop.json >"$rung.all.cost"
  detach
  rm "$rung.stream" # a large one
  settle
done <rungs
