#!/usr/bin/env bash
# Set-up: system packages, .venv, the locked dependencies and the project itself.
#
# Belongs here: what a fresh Debian machine (bookworm or trixie; Python 3.11 to 3.13, make, root or
# sudo) needs before any make target can run. Does not: data, services, settings.
# It may be called before each target: when nothing is missing it takes a fraction of a second.
#   PYTHON=/path/to/python3.12 infra/setup.sh     choose the interpreter
set -euo pipefail

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$project/.venv"
stamp="$venv/.set-up"
lock="$project/requirements.lock"
log="$project/.setup.log"

say() { printf 'set-up: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
fail_with_log() { tail -n 15 "$log" >&2; fail "$* (whole output: $log)"; }

# ---------------------------------------------------------------------------------------- Python

supported() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null && supported "$candidate"; then
      # Inside an activated .venv this is the Python below it: .venv may have to be made anew.
      "$candidate" -c 'import sys; print(sys._base_executable)'
      return
    fi
  done
  fail "no Python 3.11, 3.12 or 3.13 found (tried: ${PYTHON:-python3 python3.13 python3.12 python3.11});" \
    "install one (Debian: apt-get install python3) or name it: make PYTHON=/path/to/python3.12"
}

# Debian keeps ensurepip in a package of its own; another build of Python has it or lacks it for good.
venv_package() {
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
  case "$("$python" -c 'import os, sys; print(os.path.realpath(sys.executable))')" in
    /usr/bin/*) "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])' ;;
    *) fail "$python was built without ensurepip; name another one: make PYTHON=/usr/bin/python3" ;;
  esac
}

# ------------------------------------------------------------------------------- system packages

# chromium: pages rendered by JavaScript. Pango, HarfBuzz, fonts: WeasyPrint. libgomp1: LightGBM.
# poppler-utils: memo pages as pictures. tzdata: the counties' days.
system_packages="chromium fontconfig fonts-dejavu-core fonts-liberation libgomp1 libharfbuzz-subset0
  libpango-1.0-0 libpangoft2-1.0-0 poppler-utils tzdata"

missing_packages() {
  local name
  for name in "$@"; do
    if [ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" != "install ok installed" ]; then echo "$name"; fi
  done
}

# How to become root here: "" (we are), "sudo" (it may ask), "sudo -n" (nobody to ask); fails if there is no way.
as_root() {
  if [ "$(id -u)" = 0 ]; then return; fi
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then echo "sudo -n"; elif [ -t 0 ]; then echo "sudo"; else return 1; fi
}

install_system_packages() {
  local for_venv missing sudo
  for_venv="$(venv_package)"
  if ! command -v dpkg >/dev/null; then
    say "not a Debian system; please see to these yourself: $(echo $system_packages)"
    return
  fi
  missing="$(missing_packages $system_packages $for_venv | xargs)"
  if [ -z "$missing" ]; then return; fi
  if ! sudo="$(as_root)"; then
    fail "system packages are missing and this user may not install them; as root run: apt-get install $missing"
  fi
  say "installing system packages: $missing"
  $sudo apt-get update -q >"$log" 2>&1 || say "apt-get update failed; trying with the lists that are here"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >>"$log" 2>&1 ||
    fail_with_log "apt-get could not install them; mend that or run: apt-get install $missing"
}

# ----------------------------------------------------------------------------------- environment

# First line: which Python and which folder (another one needs a new .venv). Second: what is installed;
# the tools' settings in pyproject.toml change nothing there.
wanted_stamp() {
  "$python" -c 'import sys; print(sys.executable, sys.version.split()[0])' | sed "s|$| $project|"
  sed '/^\[tool\./,$d' "$project/pyproject.toml" | cat "$lock" - | sha256sum
}

# A .venv without a stamp was broken half-way; one of another Python or folder cannot be mended in place.
make_venv() {
  if [ -e "$venv" ] && [ ! -w "$venv" ]; then
    fail "$venv belongs to another user; run make as $(stat -c %U "$venv"), or: sudo rm -rf $venv $log"
  fi
  if [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$(wanted_stamp | head -n 1)" ]; then
    rm "$stamp"
    return
  fi
  rm -rf "$venv"
  "$python" -m venv "$venv" >"$log" 2>&1 || fail_with_log "could not make $venv"
}

locked() { awk -v name="$1" '/^[^ #]/ { on = index($0, name "==") == 1 } on' "$lock"; }

# The lock is complete, so nothing is resolved (--no-deps); each file must have its hash. uv takes a third
# of pip's time (65 s against 170 s on 2 cores) and removes what the lock no longer names, but it reads no
# pip.conf: behind a mirror pip does the work.
install_locked() {
  local pip="$venv/bin/python -m pip --disable-pip-version-check -q install --no-deps"
  locked setuptools >"$venv/first.txt"
  locked uv >>"$venv/first.txt"
  $pip --require-hashes -r "$venv/first.txt" >>"$log" 2>&1 || return 1
  "$venv/bin/uv" pip sync -q --python "$venv/bin/python" --no-build-isolation --compile-bytecode \
    --require-hashes "$lock" >>"$log" 2>&1 ||
    $pip --use-pep517 --no-build-isolation --require-hashes -r "$lock" >>"$log" 2>&1 || return 1
  $pip --no-build-isolation -e "$project" >>"$log" 2>&1
}

main() {
  # Two calls at once would tear at one .venv; the second waits.
  exec 9<"${BASH_SOURCE[0]}"
  flock 9
  python="$(find_python)"
  install_system_packages
  if [ -f "$stamp" ] && [ -x "$venv/bin/python" ] && [ "$(cat "$stamp")" = "$(wanted_stamp)" ]; then return; fi
  make_venv
  say "installing $(grep -c '^[^ #].*==' "$lock") packages into $venv (one to three minutes)"
  install_locked || fail_with_log "pip could not install the dependencies; when the cause is mended, run the same command again"
  wanted_stamp >"$stamp"
  say "done"
}

main "$@"
