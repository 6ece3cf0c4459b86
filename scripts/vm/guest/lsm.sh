# shellcheck shell=sh
# Runs programs in a container each, one after the other, with the probe and the observer on the kernel's security hooks
# watching. `inodes` gets the image's files by inode: an overlay shows its layer's numbers where all lies on one file system.
# shellcheck source=lib.sh
. ./lib.sh

unpack
(cd /tmp/image && find . -mindepth 1 -exec stat -c '%i %n' {} +) >inodes
mkfifo /tmp/stop-observer
./lsm lsm.bpf.o </tmp/stop-observer >/tmp/sights &
observer=$!
exec 8>/tmp/stop-observer
until [ -s /tmp/sights ]; do
  kill -0 "$observer"
  sleep 0.05
done

# One probe for all: it follows whatever cgroup is named after the container.
id="$(printf programs | sha256sum | cut -c 1-64)"
attach programs.stream --container "$id" --rung "$(cat rung)" 8>&- # whose end the observer waits for
for config in program-*.json; do
  container "$id" "$config" >"$config.log" 2>&1
done
exec 8>&-
wait "$observer"
mv /tmp/sights .
detach
