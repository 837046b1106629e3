#!/usr/bin/env bash
# The notebook's job by ridgewalk and by a loop written by hand in C++ (seed.cpp), in turns, on an idle machine:
# 4,096 chains, component-wise sweeps, every draw kept; millions of sweeps per second.
#   benches/peers/seed_in_turns.sh [turns]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v g++ >/dev/null || { echo "g++ is missing" >&2; exit 2; }
command -v jq >/dev/null || { echo "jq is missing" >&2; exit 2; }

turns=${1:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
g++ -O3 -march=native -mprefer-vector-width=512 -fno-math-errno -fno-trapping-math -fopenmp-simd -pthread \
    benches/peers/seed.cpp -o "$folder/seed"
cargo build --release --quiet
threads=$(nproc)
for ((turn = 1; turn <= turns; turn++)); do
    for program in full collapsed; do
        median=$("$folder/seed" "$program" 4096 248 "$threads" 9 | head -9 | sort -n | sed -n 5p)
        echo "turn $turn: C++, $program: $median"
    done
    target/release/ridgewalk bench --chains 4096 --rounds 9 --quiet --json |
        jq -r --arg turn "$turn" '.entries as $entries | .cells[] | select(.steps_per_s) | $entries[.entry] as $entry |
            "turn \($turn): \($entry.backend) \($entry.precision), \($entry.program): \(.steps_per_s / 1e5 | round / 10)"'
done
