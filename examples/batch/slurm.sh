#!/usr/bin/env bash
# A Ray cluster on the machines of a Slurm job, and one batch on it:
#
#   sbatch slurm.sh /shared/manifest.jsonl /shared/out
#
# MANIFEST and DIR lie on a file system that all machines share. A job that is cut off by its time
# limit is simply submitted again: what is done stays done.
#SBATCH --job-name=likewise
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=32
#SBATCH --gpus-per-node=8
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
set -euo pipefail

manifest=${1:?usage: sbatch slurm.sh MANIFEST DIR}
out=${2:?usage: sbatch slurm.sh MANIFEST DIR}
source "${VENV:-.venv}/bin/activate"

# Whoever has the token may run code on the cluster; it is made anew for each job.
RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(python -c 'import secrets; print(secrets.token_hex(32))')
export RAY_AUTH_MODE RAY_AUTH_TOKEN

mapfile -t machines < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
head=${machines[0]}
address=$(srun --nodes=1 --ntasks=1 --nodelist="$head" hostname --ip-address | awk '{print $1}')
port=6379
cpus=$SLURM_CPUS_PER_TASK
gpus=${SLURM_GPUS_ON_NODE:-0}

srun --nodes=1 --ntasks=1 --nodelist="$head" --overlap \
    ray start --head --node-ip-address="$address" --port="$port" \
    --num-cpus="$cpus" --num-gpus="$gpus" --block &
sleep 20
for machine in "${machines[@]:1}"; do
    srun --nodes=1 --ntasks=1 --nodelist="$machine" --overlap \
        ray start --address="$address:$port" --num-cpus="$cpus" --num-gpus="$gpus" --block &
done
sleep 20

likewise batch "$manifest" -o "$out" --executor ray --address "$address:$port" \
    --gpus-per-worker 0.25 --time-limit 900 &
batch=$!
trap 'kill -TERM "$batch"; wait "$batch"; exit 3' TERM
wait "$batch"
