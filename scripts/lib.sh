# shellcheck shell=bash
# What the scripts share; to be sourced. Talk goes to stderr, so that a script's stdout stays its result.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Logs of quiet steps; shown where a step fails, kept for a closer look.
log_dir="$root/build/log"

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# step TITLE COMMAND…: one line with its duration; the command's output is seen only where it fails.
step() {
  local title="$1" log="$log_dir/${1//[^A-Za-z0-9]/-}.log" started=$SECONDS
  shift
  mkdir -p "$log_dir"
  printf '%s … ' "$title" >&2
  if "$@" >"$log" 2>&1 </dev/null; then
    printf '%d s\n' $((SECONDS - started)) >&2
  else
    local code=$?
    printf 'failed after %d s; the end of %s:\n' $((SECONDS - started)) "${log#"$root"/}" >&2
    tail -n 40 "$log" >&2
    return "$code"
  fi
}

needs_root() { [ "$(id -u)" = 0 ] || fail "needs root, for Docker and for the probe in the kernel; run: sudo ${0}"; }

# running PID NAME: whether PID is alive (a zombie has no program) and runs the program NAME; a recorded pid may have been
# given to another.
running() { [ -n "$1" ] && [ -e "/proc/$1/exe" ] && [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ]; }

# image_is TAG LABEL VALUE: whether the engine holds image TAG with that label.
image_is() { [ "$(docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null)" = "$3" ]; }

# image_id TAG: nothing where the engine does not hold it.
image_id() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true; }

# forget_image ID: the one that a new image took the name from, unless something still uses it.
forget_image() { [ -z "$1" ] || docker image rm "$1" >/dev/null 2>&1 || true; }

# one_at_a_time NAME: waits until no other script holds NAME, and holds it until this one ends.
one_at_a_time() {
  mkdir -p "$root/build"
  exec 9>"$root/build/$1.lock"
  flock 9
}

# hash_of PATH…: one hash over names, executable bits and contents of files, wherever the checkout lies.
hash_of() {
  find "$@" -type f -not -name '*.pyc' -printf '%p %.4M\n' | LC_ALL=C sort |
    while read -r file mode; do printf '%s %s %s\n' "${file#"$root"/}" "$mode" "$(sha256sum <"$file")"; done |
    sha256sum | cut -d ' ' -f 1
}
