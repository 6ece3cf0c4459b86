# shellcheck shell=sh
# Runs the file-heavy loop in a container: alone, in the probe's filter, and beside it. Under -icount the loop's clock
# counts instructions, those of the probe's reader included.
# shellcheck source=lib.sh
. ./lib.sh

own="$(printf own | sha256sum | cut -c 1-64)"
other="$(printf other | sha256sum | cut -c 1-64)"

container "$own" loop.json >untraced.cost
while read -r rung; do
  attach "$rung.stream" --container "$own" --rung "$rung"
  container "$own" loop.json >"$rung.inside.cost"
  container "$other" loop.json >"$rung.beside.cost"
  detach
  settle
done <rungs
