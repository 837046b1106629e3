#!/bin/sh
# Times full summaries by ridgewalk and by ArviZ 0.23.4 in turns, so that what else the machine does burdens both.
#
#   benches/peers/arviz_in_turns.sh [turns, default 3]
#
# Needs cargo, and python3 with venv and network for the first run, which installs ArviZ (without numba) into
# target/arviz. Prints one line a measurement; the ratio to report is that of the medians.
set -eu
cd "$(dirname "$0")/../.."
venv=target/arviz
[ -x $venv/bin/python ] || { python3 -m venv $venv && $venv/bin/pip install --quiet arviz==0.23.4; }
cargo bench --bench diagnostics --no-run
turn=0
while [ $turn -lt "${1:-3}" ]; do
    turn=$((turn + 1))
    for shape in "4096 1000" "4 100000"; do
        # shellcheck disable=SC2086
        set -- "${1:-3}" $shape
        cargo bench --quiet --bench diagnostics -- "$2x$3" | grep 'time:' | sed "s/^/turn $turn: ridgewalk /"
        $venv/bin/python benches/peers/arviz_summary.py "$2" "$3" | sed "s/^/turn $turn: /"
    done
done
