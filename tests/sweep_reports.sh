#!/usr/bin/env bash
# What stands in `reports/sweeps/NAME/sweep/` is what a sweep over `scenarios/sweeps/NAME.ron` renders.
#
#     tests/sweep_reports.sh target/release/meridian            # compares
#     tests/sweep_reports.sh target/release/meridian --update   # writes them anew
set -euo pipefail

usage() {
    echo "usage: tests/sweep_reports.sh MERIDIAN [--update]: the path of the program" >&2
    exit 2
}
[[ $# == 1 || $# == 2 && $2 == --update ]] || usage
[[ -x "$1" ]] || usage
meridian="$(realpath "$1")"
mode="${2:-}"
cd "$(dirname "$0")/.."

# Seeds of each: so many that a picture says something, so few that all take a minute or two.
declare -A seeds=([chaos]=100 [runbook]=10 [scaling-under-fire]=100 [short-outages]=100 [sizing]=8)

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
stale=0
for scenario in scenarios/sweeps/*.ron; do
    name="$(basename "$scenario" .ron)"
    if [[ -z "${seeds[$name]:-}" ]]; then
        echo "sweep_reports: no number of seeds for $scenario" >&2
        exit 2
    fi
    code=0
    "$meridian" sweep "$scenario" --seeds "0..${seeds[$name]}" --out "$work/$name" --color never \
        >"$work/$name.txt" 2>"$work/$name.err" || code=$?
    # Cases that fail are results, too.
    if ((code > 1)); then
        cat "$work/$name.err" >&2
        exit "$code"
    fi
    head -n 1 "$work/$name.txt"
    # All but the header, which has the file's place in it: the page links to the rest.
    rm "$work/$name/header.json"
    published="reports/sweeps/$name/sweep"
    if [[ "$mode" == --update ]]; then
        rm -rf "$published"
        mkdir -p "$(dirname "$published")"
        cp -r "$work/$name" "$published"
    elif ! diff -r "$published" "$work/$name" >"$work/$name.diff"; then
        head -c 2000 "$work/$name.diff" >&2
        echo >&2
        echo "$published is not what the sweep renders; --update writes it anew" >&2
        stale=1
    fi
done
exit "$stale"
