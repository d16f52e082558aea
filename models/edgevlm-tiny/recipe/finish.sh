#!/bin/bash
# Everything after training: export, held-out sets, draft, golden vectors, figures, curve, pictures for the docs.
# usage: finish.sh RUN_DIR    (holds art/, art-big/, tok.model, train.pt and the logs; PYTHON names the interpreter)
set -e
export OMP_NUM_THREADS=1   # waiting threads cost more than they help when other builds run
here=$(cd "$(dirname "$0")" && pwd); model=$(dirname "$here"); run=$1; python=${PYTHON:-python3}
cp "$run/tok.model" "$here/tokenizer.model"
mkdir -p "$run/export"
$python "$here/export.py" "$run/train.pt" "$run/tok.model" "$run/export"
for f in edgevlm-tiny.gguf edgevlm-tiny-mmproj.gguf; do cp "$run/export/$f" "$model/$f.tmp"; mv "$model/$f.tmp" "$model/$f"; done
[ -n "$KEEP_HELDOUT" ] || { rm -rf "$model/heldout"; $python "$here/heldout.py" "$run/art" "$model/heldout"; }
[ -n "$KEEP_DRAFT" ] || $python "$here/distil.py" "$model" "$run/tok.model" "$run/art" "$run" "${DISTIL:-8}" | tee "$run/acceptance.txt"
$python "$here/golden.py" "$model" "$run/tok.model"
mkdir -p "$model/../../docs/images"
$python "$here/docs_scene.py" "$run/art-big" "$model" "$run/tok.model" "$model/../../docs/images/scene.png"
$python "$here/failures.py" "$model" "$run/tok.model" "$model/../../docs/images/failures.png"
$python "$here/curve.py" "$run" "$here/curve.png"
$python "$here/calibrate.py" "$model" "$run/tok.model" | tee "$run/calibration.txt"
$python "$here/eval.py" "$model" "$run/tok.model" "$model/heldout" baselines | tee "$run/eval-gguf.txt"
$python "$here/eval.py" "$run/train.pt" "$run/tok.model" "$model/heldout" > "$run/eval-checkpoint.txt"   # the difference: quantisation
for e in 4 6; do $python "$here/eval.py" "$model" "$run/tok.model" "$model/heldout" $e; done > "$run/eval-exits.txt"
du -sb "$model"
