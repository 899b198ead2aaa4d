#!/usr/bin/env bash
# Sweeps on other engines, for real where that can be done and by contract where it cannot: see
# tests/sweep_engines.py.
#
#     tests/sweep_engines.sh target/release/meridian
#
# Needs python3. What else is missing is installed: GNU parallel, shellcheck and python3-venv from
# Debian, as root; the packages in sweep_engines.txt from PyPI, in a temporary folder.
set -euo pipefail

if [[ $# != 1 || ! -x "$1" ]]; then
    echo "usage: tests/sweep_engines.sh MERIDIAN: the path of the program" >&2
    exit 2
fi
meridian="$(realpath "$1")"
cd "$(dirname "$0")/.."

cannot() {
    echo "sweep_engines: cannot install $1; expected $2" >&2
    exit 1
}

missing=()
parallel --version 2>/dev/null | grep -q '^GNU parallel' || missing+=(parallel)
command -v shellcheck >/dev/null || missing+=(shellcheck)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
    as_root=()
    [[ "$(id -u)" == 0 ]] || as_root=(sudo)
    { "${as_root[@]}" apt-get update -q &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qy --no-install-recommends "${missing[@]}"; } ||
        cannot "${missing[*]}" "apt-get with Debian's packages, and the right to use it"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
{ python3 -m venv "$work/venv" &&
    "$work/venv/bin/pip" install -q --disable-pip-version-check --no-compile --no-deps \
        --only-binary :all: -r tests/sweep_engines.txt; } ||
    cannot "what tests/sweep_engines.txt lists" "pip with PyPI"
PATH="$work/venv/bin:$PATH" python tests/sweep_engines.py "$meridian" "$work"
