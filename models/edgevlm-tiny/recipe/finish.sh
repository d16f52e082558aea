#!/bin/bash
# Everything after training: export, held-out sets, golden vectors, figures, curve, picture for the docs.
# usage: finish.sh RUN_DIR    (holds art/, art-big/, tok.model, train.pt and the logs; PYTHON names the interpreter)
set -e
export OMP_NUM_THREADS=1   # waiting threads cost more than they help when other builds run
here=$(cd "$(dirname "$0")" && pwd); model=$(dirname "$here"); run=$1; python=${PYTHON:-python3}
cp "$run/tok.model" "$here/tokenizer.model"
mkdir -p "$run/export"
$python "$here/export.py" "$run/train.pt" "$run/tok.model" "$run/export"
for f in edgevlm-tiny.gguf edgevlm-tiny-mmproj.gguf; do cp "$run/export/$f" "$model/$f.tmp"; mv "$model/$f.tmp" "$model/$f"; done
[ -n "$KEEP_HELDOUT" ] || { rm -rf "$model/heldout"; $python "$here/heldout.py" "$run/${ART:-art2}" "$model/heldout"; }
$python "$here/golden.py" "$model" "$run/tok.model"
mkdir -p "$model/../../docs/images"
$python "$here/docs_scene.py" "$run/art-big" "$model" "$run/tok.model" "$model/../../docs/images/scene.png"
$python "$here/curve.py" "$run" "$here/curve.png" || echo "no curve yet"
$python "$here/eval.py" "$model" "$run/tok.model" "$model/heldout" | tee "$run/eval-gguf.txt"
for e in 4 6 8 10; do $python "$here/eval.py" "$model" "$run/tok.model" "$model/heldout" $e; done > "$run/eval-exits.txt"
$python "$here/eval.py" "$run/train.pt" "$run/tok.model" "$model/heldout" > "$run/eval-checkpoint.txt"
du -sb "$model"
