"""Stage 3: a draft for speculative decoding: the target's first two layers with an output norm and head of their own, taught to
say what the target says (its whole distribution). It sees the target's image tokens, so it has no image side.

usage: distil.py MODEL_DIR TOKENIZER_MODEL ART_DIR RUN_DIR END     (END: minutes, or a clock time HH:MM)
       distil.py MODEL_DIR TOKENIZER_MODEL                         measures acceptance on the held-out captions
Reads and writes MODEL_DIR/*.gguf.
"""
import datetime
import os
import sys
import time
from pathlib import Path

import sentencepiece as spm
import torch
import torch.nn.functional as F
from gguf import GGMLQuantizationType as Q

from data import loader
from eval import greedy, image_tokens, load_image, read as scenes
from export import DRAFT, decoder_weights, language_model, load_gguf, read
from model import Config, Vlm, optimisers
from scenes import CAPTION_PROMPT
from tokenizer import BEFORE, after, attention_mask

LAYERS, BATCH, QUESTIONS, DRAFTED = 2, 48, 2, 4


def decoder(weights):
    m = Vlm(Config(layers=LAYERS, exits=()))
    del m.vit, m.projector
    m.load_state_dict(weights)
    return m


def first_layers(target):
    return decoder({k: v.clone() for k, v in target.state_dict().items() if not k.startswith(("vit", "projector"))
                    and not (k.startswith("blocks") and int(k.split(".")[1]) >= LAYERS)})


def load(folder):
    return decoder(decoder_weights(*read(Path(folder) / DRAFT), LAYERS)).eval()


def seconds(end):
    if ":" not in end:
        return float(end) * 60
    now = datetime.datetime.now()
    hour, minute = map(int, end.split(":"))
    return (now.replace(hour=hour, minute=minute, second=0) - now).total_seconds()


def train(folder, vocab, art, out, end):
    torch.manual_seed(3)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 2)))
    target = load_gguf(folder)
    draft = first_layers(target).train()
    muon, adam = optimisers(draft, torch.nn.Module(), .015, .015)
    data = loader(f"{art}/train.npz", 31, BATCH, vocab, QUESTIONS)
    start, step, limit = time.time(), 0, seconds(end)
    log = open(Path(out) / "distil.log", "a", buffering=1)
    while (used := time.time() - start) < limit:
        images, _, _, (ids, branch, position, weight, *_) = next(data)
        for o in (muon, adam):
            for g in o.param_groups:
                g["lr"] = g["base"] * min(1, (step + 1) / 20) * max(.02, min(1, 1.5 * (1 - used / limit)))
        mask, on = attention_mask(branch), weight > 0
        first = (branch[0] == 0).sum().item() - 16
        with torch.no_grad():
            shown = target.projector(target.vit(target.normalise(images)))
            put = lambda e: torch.cat([e[:, :first], shown, e[:, first + 16:]], 1)
            teacher = F.log_softmax(target.logits(target.decode(put(target.embed(ids)), position, mask)[-1][on]), -1)
        said = F.log_softmax(draft.logits(draft.decode(put(draft.embed(ids)), position, mask)[-1][on]), -1)
        loss = F.kl_div(said, teacher, log_target=True, reduction="batchmean")
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in adam.param_groups for p in g["params"]], 1.0)
        muon.step(), adam.step()
        for o in (muon, adam):
            o.zero_grad(set_to_none=True)
        if step % 10 == 0:
            same = (said.argmax(-1) == teacher.argmax(-1)).float().mean().item()
            log.write(f"{used / 60:.2f} min step {step} loss {loss.item():.3f} same token {same:.3f}\n")
        step += 1
    # a draft's mistakes cost time, not answers: five bits will do
    language_model(draft.eval(), vocab, Path(folder) / DRAFT, " draft", Q.Q5_1, 9)
    log.write(f"done {step} steps\n")


@torch.no_grad()
def measure(folder, vocab):
    """Share of drafted tokens that the target keeps, greedy: of all tokens, and in rounds of DRAFTED."""
    torch.set_num_threads(1)
    target, draft, sp = load_gguf(folder), load(folder), spm.SentencePieceProcessor(model_file=str(vocab))
    size = lambda m: sum(p.numel() for p in m.parameters())
    print(f"parameters: draft {size(draft)}, target {size(target)} ({100 * size(draft) / size(target):.1f} %)")
    before, behind = [1] + sp.encode(BEFORE), sp.encode(after(CAPTION_PROMPT))
    for part in sorted(f.parent for f in (Path(folder) / "heldout").glob("*/scenes.jsonl")):
        if part.name == "offtopic":
            continue
        tokens = image_tokens(target, [load_image(part / s["image"]) for s in scenes(part)])
        captions = greedy(target, sp, tokens, [CAPTION_PROMPT] * len(tokens))
        for blind in (False, True):
            right = tried = kept = drafted = 0
            for shown, caption in zip(tokens, captions):
                e = draft.embed
                x = torch.cat([e(torch.tensor(before)), shown[:0] if blind else shown, e(torch.tensor(behind + caption))])[None]
                n = x.shape[1]
                mask = torch.ones(n, n, dtype=torch.bool).tril()[None, None]
                guess = draft.logits(draft.decode(x, torch.arange(n)[None], mask)[-1][0, -len(caption) - 1:-1]).argmax(-1).tolist()
                good = [a == b for a, b in zip(guess, caption)]
                right, tried, at = right + sum(good), tried + len(good), 0
                while at < len(good):   # rounds: drafted up to the end, kept up to the first miss, then the target's own token
                    run = good[at:at + DRAFTED]
                    ok = run.index(False) if False in run else len(run)
                    kept, drafted, at = kept + ok, drafted + len(run), at + ok + 1
            print(f"{part.name:8s} {'without' if blind else 'with'} the picture: {100 * right / tried:.1f} % of {tried} tokens are the target's;"
                  f" {100 * kept / drafted:.1f} % of {drafted} drafted, {DRAFTED} a round, are kept", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        train(*sys.argv[1:])
    measure(sys.argv[1], sys.argv[2])
