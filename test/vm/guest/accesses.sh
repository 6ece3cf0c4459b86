# shellcheck shell=sh
# Runs the program `accesses` in a container under each rung of the eBPF probe.
# shellcheck source=lib.sh
. ./lib.sh

./winnow-probe features >features.json
while read -r rung; do
  id="$(printf '%s' "$rung" | sha256sum | cut -c 1-64)"
  attach "$rung.stream" --container "$id" --rung "$rung"
  container "$id" accesses.json >"$rung.expected"
  detach
done <rungs
