#!/usr/bin/env bash
#SBATCH --job-name=ridgewalk-merge
#SBATCH --time=1:00:00
#SBATCH --open-mode=append
set -euo pipefail

ridgewalk=${RIDGEWALK:-ridgewalk}
"$ridgewalk" merge "$RUN"/part-*/ --out "$RUN/whole"
"$ridgewalk" summary "$RUN/whole"
