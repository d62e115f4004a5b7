#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Exports the images of one dump as a Slurm job array: each task writes its shard into one folder.
#
#   sbatch --array=1-16 export-array.sh OUT DUMP [OPTION...]
#
# OPTIONs are those of tenscope-cli export. Tasks count from 1. Task 3 alone, run once more:
#
#   SHARDS=16 sbatch --array=3 export-array.sh OUT DUMP [OPTION...]
#
#SBATCH --job-name=tenscope
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --time=1:00:00
#SBATCH --output=%x-%A_%a.log
set -eu
[ $# -ge 2 ] || { echo "usage: sbatch --array=1-N export-array.sh OUT DUMP [OPTION...]" >&2; exit 2; }
out=$1
shift
exec tenscope-cli export "$@" -o "$out" --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_MAX}" \
  --jobs "${SLURM_CPUS_PER_TASK:-1}" --on-collision skip --progress json --quiet
