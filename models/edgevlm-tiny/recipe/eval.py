"""Accuracy on the held-out sets, by kind of question, with 95 % confidence intervals (Wilson), counted as `edgevlm score` does.

usage: eval.py CHECKPOINT_OR_GGUF_FOLDER TOKENIZER_MODEL HELDOUT_DIR [EXIT_LAYER | baselines]
baselines: beside it the answers to a grey picture (what the words alone give away), and each kind's most frequent answer.
"""
import json
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import sentencepiece as spm
import torch
from PIL import Image

from export import load_checkpoint, load_gguf
from heldout import normal
from language import DONT_KNOW
from scenes import CAPTION_PROMPT
from tokenizer import BEFORE, IMAGE_TOKENS, after


def load_image(path, side=128):
    """Area averaging when shrinking, bilinear when enlarging, no cropping."""
    image = Image.open(path).convert("RGB")
    how = Image.BOX if image.width >= side else Image.BILINEAR
    return np.asarray(image.resize((side, side), how))


@torch.no_grad()
def image_tokens(model, images):
    return torch.cat([model.projector(model.vit(model.normalise(torch.from_numpy(np.stack(part)))))
                      for part in (images[i:i + 50] for i in range(0, len(images), 50))])


@torch.no_grad()
def greedy(model, sp, tokens, prompts, exit_layer=None, limit=64):
    """tokens [n, 16, width], one prompt each; batches prompts of equal length."""
    before = [1] + sp.encode(BEFORE)
    groups = defaultdict(list)
    for i, p in enumerate(prompts):
        ids = sp.encode(after(p))
        groups[len(ids)].append((i, ids))
    answers = [None] * len(prompts)
    for group in groups.values():
        for part in (group[i:i + 64] for i in range(0, len(group), 64)):
            index = torch.tensor([i for i, _ in part])
            e = model.embed
            x = torch.cat([e(torch.tensor(before)).expand(len(part), -1, -1), tokens[index],
                           e(torch.tensor([ids for _, ids in part]))], 1)
            caches = [{} for _ in range(exit_layer or model.c.layers)]
            n = x.shape[1]
            mask, position = torch.ones(n, n, dtype=torch.bool).tril()[None, None], torch.arange(n)[None]
            out, ended = [], torch.zeros(len(part), dtype=torch.bool)
            while len(out) < limit and not ended.all():
                state = model.decode(x, position, mask, caches=caches)[-1]
                token = model.logits(state[:, -1]).argmax(-1)
                out.append(token)
                ended |= token == 2
                x, position = e(token)[:, None], torch.tensor([[n]])
                n += 1
                mask = torch.ones(1, 1, 1, n, dtype=torch.bool)
            for row, ids in zip(index.tolist(), torch.stack(out, 1).tolist()):
                answers[row] = ids[:ids.index(2)] if 2 in ids else ids
    return answers


def objects_right(caption, objects):
    """How many objects the caption names, as whole words; a mention counts for one object, in the best assignment."""
    text, spots = caption.lower(), []
    for names in objects:
        spots.append([m.span() for n in names for m in re.finditer(r"(?<![^\W_])" + re.escape(n.lower()) + r"(?![^\W_])", text)])

    def best(i, used):
        if i == len(spots):
            return 0
        found = best(i + 1, used)
        for a, b in spots[i]:
            if found < len(spots) - i and all(b <= c or d <= a for c, d in used):
                found = max(found, 1 + best(i + 1, used + [(a, b)]))
        return found
    return best(0, [])


def wilson(k, n):
    if n == 0:
        return "-"
    p, z = k / n, 1.96
    centre, half = (p + z * z / 2 / n) / (1 + z * z / n), z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return f"{100 * p:.1f} % ({100 * max(0, centre - half):.1f}-{100 * (centre + half):.1f}, n={n})"


def read(folder):
    return [json.loads(line) for line in (folder / "scenes.jsonl").read_text().splitlines()]


def evaluate(model, sp, folder, exit_layer=None, blank=False):
    """{row: (right, of)} and the captions"""
    scenes = read(folder)
    images = [np.full((128, 128, 3), 128, np.uint8)] * len(scenes) if blank else [load_image(folder / s["image"]) for s in scenes]
    tokens = image_tokens(model, images)
    captions = [sp.decode(ids).strip() for ids in greedy(model, sp, tokens, [CAPTION_PROMPT] * len(scenes), exit_layer)]
    k, n = Counter(), Counter()
    for caption, s in zip(captions, scenes):
        k["objects named"] += objects_right(caption, s["objects"])
        n["objects named"] += len(s["objects"])
        k["caption word for word"] += caption == s["caption"]
        n["caption word for word"] += 1
    flat = [(i, q) for i, s in enumerate(scenes) for q in s["questions"]]
    answers = greedy(model, sp, tokens[torch.tensor([i for i, _ in flat])], [q["question"] for _, q in flat], exit_layer, 16)
    for (_, q), ids in zip(flat, answers):
        text = normal(sp.decode(ids))
        # An answer that it doesn't know is wrong in the other sets: counted apart, too
        rows = [(q["kind"], text in q["answers"]), ("all questions", text in q["answers"])]
        for key, good in rows + ([] if q["kind"] == "off-topic" else [("\"I don't know\"", text == normal(DONT_KNOW))]):
            k[key] += good
            n[key] += 1
    return {key: (k[key], n[key]) for key in n}, captions


def frequent(folder):
    """Each kind's most frequent right answer."""
    count = defaultdict(Counter)
    total = Counter()
    for s in read(folder):
        for q in s["questions"]:
            count[q["kind"]].update(set(q["answers"]))
            total[q["kind"]] += 1
    return {kind: (c.most_common(1)[0][1], total[kind]) for kind, c in count.items()}


def main(source, vocab, heldout, more=""):
    torch.set_num_threads(1)
    sp = spm.SentencePieceProcessor(model_file=vocab)
    model = load_gguf(source) if Path(source).is_dir() else load_checkpoint(source)
    exit_layer = int(more) if more.isdigit() else None
    share = lambda pair: f"{100 * pair[0] / pair[1]:.1f} %"
    for folder in sorted(f.parent for f in Path(heldout).glob("*/scenes.jsonl")):
        result, captions = evaluate(model, sp, folder, exit_layer)
        grey, guess = ({}, {}) if more != "baselines" else (evaluate(model, sp, folder, blank=True)[0], frequent(folder))
        print(f"== {folder.name} ({source}{', exit ' + more if exit_layer else ''})")
        for key, (k, n) in result.items():
            print(f"{key:22s} {wilson(k, n):34s}" + (f" grey {share(grey[key])}" if grey else "") +
                  (f", frequent {share(guess[key])}" if key in guess else ""))
        print("\n".join("  " + c for c in captions[:4]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
