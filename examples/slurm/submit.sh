#!/usr/bin/env bash
# submit.sh MODEL DATA RUN [JOBS]: the chains as a job array, and the merge after them.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
export MODEL=$1 DATA=$2 RUN=$3
jobs=${4:-4}
mkdir -p "$RUN"
array=$(sbatch --parsable --array="0-$((jobs - 1))" --export=ALL --output="$RUN/part-%a.log" "$here/chains.sh")
merge=$(sbatch --parsable --dependency="afterok:$array" --export=ALL --output="$RUN/whole.log" "$here/merge.sh")
echo "chains: job $array, merge: job $merge"
