"""Stage 1: the image side alone learns what is in each patch (and its colour and place).

usage: pretrain.py ART_DIR OUT_DIR MINUTES [WARM]
WARM: a folder with a published GGUF pair, whose image side is where to start from (new categories only need new heads).
"""
import os
import sys
import time
from pathlib import Path

import torch

from data import loader
from export import load_gguf
from model import BF16, Heads, Vlm, optimisers
from scenes import CLASSES


def accuracy(p, c, pt, ct):
    out = []
    for logits, t in ((p, pt), (c, ct)):
        cls, _, place = logits.float().split((CLASSES, 11, 9), -1)
        on = t[..., 0] > 0
        out += [(cls.argmax(-1) == t[..., 0])[on].float().mean().item(), (place.argmax(-1) == t[..., 2])[on].float().mean().item()]
    return "patch class %.3f place %.3f | cell class %.3f place %.3f" % tuple(out)


def main(art, out, minutes, warm=None):
    torch.manual_seed(1)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 2)))
    out, limit = Path(out), float(minutes) * 60
    model = Vlm()
    heads = Heads(model.c, CLASSES)
    if warm:
        model.load_state_dict(load_gguf(warm).state_dict())
    # a ready image side is turned by smaller steps, and only slowly until the new heads know something
    rise = 120 if warm else 40
    muon, adam = optimisers(model, heads, .02, .012 if warm else .02)
    batch = 64
    data, unseen = loader(f"{art}/train.npz", 11, batch), loader(f"{art}/unseen.npz", 12, 128, ahead=1)
    start, step = time.time(), 0
    log = open(out / "pretrain.log", "a", buffering=1)
    while (used := time.time() - start) < limit:
        images, pt, ct = next(data)
        for o in (muon, adam):
            for g in o.param_groups:
                own = g is adam.param_groups[0]   # the heads
                g["lr"] = g["base"] * min(1, (step + 1) / (40 if own else rise)) * max(.05, min(1, 1.6 * (1 - used / limit)))
        with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
            features = model.vit(model.normalise(images))
            loss, p, c = heads(features, model.projector(features), pt, ct)
        loss.backward()
        muon.step(), adam.step()
        for o in (muon, adam):
            o.zero_grad(set_to_none=True)
        if step % 20 == 0:
            log.write(f"{used / 60:.2f} min step {step} {step * batch / max(1, used):.0f}/s loss {loss.item():.3f} {accuracy(p, c, pt, ct)}\n")
        if step % 200 == 199 or used + 2 > limit:
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=BF16):
                images, pt, ct = next(unseen)
                features = model.vit(model.normalise(images))
                loss, p, c = heads(features, model.projector(features), pt, ct)
            log.write(f"{used / 60:.2f} min UNSEEN ART loss {loss.item():.3f} {accuracy(p, c, pt, ct)}\n")
            torch.save(dict(model=model.state_dict(), heads=heads.state_dict()), out / "pretrain.pt")
        step += 1
    torch.save(dict(model=model.state_dict(), heads=heads.state_dict()), out / "pretrain.pt")
    log.write(f"done {step} steps\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
