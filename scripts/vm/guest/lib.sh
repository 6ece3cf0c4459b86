# shellcheck shell=sh
# For the guest scripts: containers, and the probe around them. The working directory is the share.
set -e

# unpack: the image's files, in /tmp/image.
unpack() {
  [ ! -d /tmp/image ] || return 0
  mkdir /tmp/image /tmp/volume
  tar -xf rootfs.tar -C /tmp/image
  echo volume >/tmp/volume/file
}

# container ID CONFIG: runs CONFIG (OCI) on a fresh copy of rootfs.tar, in a cgroup that carries the container's id.
container() {
  bundle="/tmp/$1"
  unpack
  mkdir -p "$bundle/upper" "$bundle/work" "$bundle/rootfs" "/sys/fs/cgroup/$1"
  mount -t overlay -o "lowerdir=/tmp/image,upperdir=$bundle/upper,workdir=$bundle/work" overlay "$bundle/rootfs"
  cp "$2" "$bundle/config.json"
  # shellcheck disable=SC2016 # expanded by the inner shell
  sh -c 'echo $$ >"/sys/fs/cgroup/$0/cgroup.procs"; exec crun --cgroup-manager=disabled run --bundle "$1" "$0"' "$1" "$bundle" </dev/null
  umount "$bundle/rootfs"
  rm -r "$bundle"
  rmdir "/sys/fs/cgroup/$1"
}

# attach STREAM PROBE-OPTION…: returns once the probe is attached.
attach() {
  stream="$1"
  shift
  rm -f /tmp/stop
  mkfifo /tmp/stop
  ./winnow-probe run "$@" </tmp/stop >"/tmp/$stream" &
  probe=$!
  exec 9>/tmp/stop
  until [ -s "/tmp/$stream" ]; do
    kill -0 "$probe"
    sleep 0.05
  done
}

# detach: ends the probe, with its stream in the share. The kernel may go on with taking its programs away.
detach() {
  exec 9>&-
  wait "$probe"
  mv "/tmp/$stream" "$stream"
}

# settle: returns once the kernel is rid of every probe that was detached.
settle() {
  while pidof winnow-keeper >/dev/null; do sleep 0.1; done
}
