# shellcheck shell=sh
# Runs winnow itself with the kernel module: profiles the image `image` by the command `workload`, then attaches to a container
# that runs already. The runs go to profile/ and attach/, stores both; what winnow said to .log files.
# shellcheck source=lib.sh
. ./lib.sh

dmesg -c >/dev/null
tar -xf tools.tar -C /
insmod winnow.ko
mkdir -p /dev/shm /var/tmp
mount -t tmpfs shm /dev/shm

# crun does without systemd, and this kernel's cgroups are not half v1.
cat >/tmp/containers.conf <<'end'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
end
export CONTAINERS_CONF=/tmp/containers.conf DOCKER_HOST=unix:///tmp/podman.sock HOME=/tmp
engine() { podman --root /tmp/images --runroot /tmp/containers --storage-driver overlay "$@"; }
engine system service --time=0 "$DOCKER_HOST" >podman.log 2>&1 &
until [ -S /tmp/podman.sock ]; do
  kill -0 $!
  sleep 0.05
done
engine load --input image.tar >podman-load.log 2>&1

winnow() {
  command="$1"
  shift
  node /winnow/winnow.mjs "$command" --backend module "$@"
}
image="$(cat image)"
winnow profile "$image" --docker-arg=--network=none --store /tmp/profile -- sh -c "$(cat workload)" >profile.log 2>&1

container="$(engine run --detach --network=none "$image" sh -c "$(cat running)")"
until [ -n "$(engine logs "$container")" ]; do sleep 0.1; done
pid="$(engine inspect --format '{{.State.Pid}}' "$container")"
winnow attach --pid "$pid" --test "kill -USR1 $pid; while kill -0 $pid; do sleep 0.1; done" --store /tmp/attach >attach.log 2>&1
cp -r /tmp/profile /tmp/attach .

rmmod winnow
dmesg -r >module.kernel-log
