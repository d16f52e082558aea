"""Stage 2: image encoder, projector and decoder together, on captions and questions, with a loss at the exits.

usage: train.py ART_DIR TOKENIZER_MODEL PRETRAINED OUT_DIR END      (END: minutes of training, or a clock time HH:MM)
Goes on from OUT_DIR/train.pt when it is there.
"""
import datetime
import os
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from data import loader
from model import Heads, Vlm, optimisers
from pretrain import accuracy
from scenes import CLASSES
from tokenizer import KINDS, attention_mask

BATCH, QUESTIONS, EXTRA, VIT_LR = 64, 4, 96, .012


def forward(model, heads, batch, exit_layer, detach=False, extra=None):
    """`extra`: more pictures without text, for the image side's own loss only."""
    images, pt, ct, (ids, branch, position, weight, target, kinds) = batch
    n = len(images)
    if extra:
        images, pt, ct = (torch.cat(pair) for pair in zip((images, pt, ct), extra))
    with torch.autocast("cpu", torch.bfloat16):
        features = model.vit(model.normalise(images))
        cells = model.projector(features)
        aux, p, c = heads(features, cells, pt, ct)
        x = model.embed(ids)
        first = (branch[0] == 0).sum().item() - cells.shape[1]
        shown = cells[:n].detach() if detach else cells[:n]
        x = torch.cat([x[:, :first], shown.float(), x[:, first + cells.shape[1]:]], 1)
        states = model.decode(x, position, attention_mask(branch), (exit_layer,))
        on = weight > 0
        w, t = weight[on], target[on]
        logits = [model.logits(s[on]).float() for s in states]
    losses = [(F.cross_entropy(l, t, reduction="none") * w).sum() / w.sum() for l in logits]
    return losses, aux, logits, t, kinds[on], (p, c, pt, ct)


def report(logits, t, kinds):
    right = (logits.argmax(-1) == t).float()
    return " ".join(f"{name} {right[kinds == k].mean().item():.3f}" for k, name in enumerate(KINDS))


def main(art, vocab, pretrained, out, end):
    torch.manual_seed(2)
    torch.set_num_threads(2)
    out = Path(out)
    model = Vlm()
    heads = Heads(model.c, CLASSES)
    done, step = 0.0, 0
    muon, adam = optimisers(model, heads, .02, VIT_LR)
    if (out / "train.pt").exists():
        state = torch.load(out / "train.pt", weights_only=False)
        model.load_state_dict(state["model"]), heads.load_state_dict(state["heads"])
        muon.load_state_dict(state["muon"]), adam.load_state_dict(state["adam"])
        done, step = state["seconds"], state["step"]
        muon.param_groups[0]["base"], adam.param_groups[1]["base"] = VIT_LR, 3e-3 * VIT_LR / .02
    else:
        state = torch.load(pretrained)
        keep = {k: v for k, v in state["model"].items() if k.startswith(("vit", "projector"))}
        model.load_state_dict(keep, strict=False), heads.load_state_dict(state["heads"])
    exits = model.c.exits
    seed = 21 + step
    data, unseen = loader(f"{art}/train.npz", seed, BATCH, vocab, QUESTIONS), loader(f"{art}/unseen.npz", seed + 1, 256, vocab, 5)
    more = loader(f"{art}/train.npz", seed + 2, EXTRA)
    if step == 0:   # bring the image tokens to the size of the word embeddings (an exact rescaling of the projector)
        with torch.no_grad():
            scale = .4 / model.projector(model.vit(model.normalise(next(data)[0]))).pow(2).mean().sqrt()
            model.projector.fc2.weight *= scale
            model.projector.fc2.bias *= scale
            model.projector.peg.bias *= scale
    start = time.time()
    if ":" in end:
        now = datetime.datetime.now()
        hour, minute = map(int, end.split(":"))
        limit = done + (now.replace(hour=hour, minute=minute, second=0) - now).total_seconds()
    else:
        limit = float(end) * 60
    log = open(out / "train.log", "a", buffering=1)
    log.write(f"start at step {step}, {done / 60:.1f} of {limit / 60:.1f} min\n")
    saved = time.time()

    def save():
        torch.save(dict(model=model.state_dict(), heads=heads.state_dict(), muon=muon.state_dict(), adam=adam.state_dict(),
                        seconds=done + time.time() - start, step=step), out / "train.tmp")
        os.replace(out / "train.tmp", out / "train.pt")

    while (used := done + time.time() - start) < limit:
        batch = next(data)
        part = used / limit
        for o in (muon, adam):
            for g in o.param_groups:
                g["lr"] = g["base"] * min(1, (step + 1) / 60) * max(.02, min(1, 2.0 * (1 - part)))
        extra = next(more)
        losses, aux, logits, t, kinds, _ = forward(model, heads, batch, exits[step % len(exits)], step < 200, extra)
        (losses[1] + .4 * losses[0] + .5 * aux).backward()
        torch.nn.utils.clip_grad_norm_([p for g in adam.param_groups for p in g["params"]], 1.0)
        muon.step(), adam.step()
        for o in (muon, adam):
            o.zero_grad(set_to_none=True)
        if step % 25 == 0:
            log.write(f"{used / 60:.2f} min step {step} {step * BATCH / max(1, used):.1f}/s loss {losses[1].item():.3f} "
                      f"exit{exits[step % len(exits)]} {losses[0].item():.3f} aux {aux.item():.2f} T {batch[3][0].shape[1]}\n")
        step += 1
        if step % 150 == 0:
            with torch.no_grad():
                losses, aux, logits, t, kinds, parts = forward(model, heads, next(unseen), 4)
            log.write(f"{used / 60:.2f} min UNSEEN ART loss {losses[1].item():.3f} {report(logits[1], t, kinds)} | exit4 "
                      f"{report(logits[0], t, kinds)} | {accuracy(*parts)}\n")
        if time.time() - saved > 120:
            save()
            saved = time.time()
    save()
    log.write(f"done {step} steps, {step * BATCH} scenes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
