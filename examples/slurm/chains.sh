#!/usr/bin/env bash
#SBATCH --job-name=ridgewalk
#SBATCH --cpus-per-task=1
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
# For a GPU: --gres=gpu:1 here, and --backend gpu below.
set -euo pipefail

ridgewalk=${RIDGEWALK:-ridgewalk}
sampler=${SAMPLER:-metropolis}
chains=${CHAINS:-256}
superchains=${SUPERCHAINS:-4}
part=$SLURM_ARRAY_TASK_ID

# The signal reaches this shell; the program stops at its next checkpoint, and the job goes back into the queue.
stop() {
    kill -TERM "$program" 2>/dev/null || true
    wait "$program" || true
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$part"
}
trap stop TERM

"$ridgewalk" sample "$MODEL" --data "$DATA" \
    --sampler "$sampler" --chains "$chains" --superchains "$superchains" --first-chain $((part * chains)) \
    --warmup "${WARMUP:-1000}" --draws "${DRAWS:-1000}" --seed "${SEED:-1}" --backend "${BACKEND:-cpu}" \
    --out "$RUN/part-$part" --resume --quiet &
program=$!
wait "$program"
