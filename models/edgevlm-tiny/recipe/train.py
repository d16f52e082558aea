"""Stage 2: image encoder, projector and decoder together, on captions and questions, with a loss at the exits.

usage: train.py ART_DIR TOKENIZER_MODEL PRETRAINED OUT_DIR END [WARM]     (END: minutes of training, or a clock time HH:MM)
WARM: a folder with a published GGUF pair and recipe/tokenizer.model; the decoder starts from it, whatever the vocabulary is now.
Goes on from OUT_DIR/train.pt when it is there.
`torchrun --nproc-per-node 2 train.py ...` trains with two processes of one thread each, which average their gradients once a step:
on cores shared with other work that is a third quicker than two threads that wait for each other after every operation.
"""
import datetime
import os
import sys
import time
from pathlib import Path

import sentencepiece as spm
import torch
import torch.distributed as dist
import torch.nn.functional as F

from data import loader
from export import load_gguf
from grounding import ANSWER_LAYER, HEAD, NAME_LAYER
from model import BF16, Heads, Vlm, optimisers
from pretrain import accuracy
from scenes import CLASSES
from tokenizer import KINDS, attention_mask

# Until this share of the time: pictures with text, questions to each, pictures without text. A picture alone costs a fifth
# of one with text, and recognising things is what takes longest.
STAGES = ((.3, 12, 5, 224), (1, 22, 9, 152))
LR, VIT_LR = .015, .010
EXITS = (4, 6, 8, 4, 6, 10)   # in turn: most tokens are to leave by half depth


def warm_start(folder, vocab):
    """The published model. A piece its vocabulary hasn't gets the mean of the embeddings of the pieces that spelt it so
    far, and the output row of the first of them, which is what used to be predicted in its place."""
    model = load_gguf(folder)
    old, new = (spm.SentencePieceProcessor(model_file=str(f)) for f in (Path(folder) / "recipe/tokenizer.model", vocab))
    known = {old.id_to_piece(i): i for i in range(old.vocab_size())}
    spelt = []
    for i in range(new.vocab_size()):
        piece = new.id_to_piece(i)
        spelt.append([known[piece]] if piece in known else old.encode(piece.replace("\u2581", " ")))
    with torch.no_grad():
        embed, head = model.embed.weight.clone(), model.head.weight.clone()
        for i, ids in enumerate(spelt):
            model.embed.weight[i] = embed[ids].mean(0)
            model.head.weight[i] = head[ids[0]]
    return model


def share(watched, mask, scene, at):
    """Logarithms of what one head gives to every token, looking from the tokens `at`: [names, tokens]"""
    q, k = watched
    scores = torch.einsum("nd,ntd->nt", q[scene, HEAD, at] * q.shape[-1] ** -.5, k[scene, HEAD])
    return scores.masked_fill(~mask[scene, 0, at], -1e4).log_softmax(-1)


def missed(watch, mask, names, where, first):
    """How much attention misses the image tokens that show what a name names, and the name from where its answer begins."""
    scene, at, end = names[:, :3].unbind(1)
    on = where.any(1)
    seen = share(watch[NAME_LAYER], mask, scene[on], at[on])[:, first:first + where.shape[1]]
    read = share(watch[ANSWER_LAYER], mask, scene, end)
    return -seen.masked_fill(~where[on], -1e4).logsumexp(-1).mean(), -read.gather(1, at[:, None]).mean()


def unfound(heads, after_name, after_answer, names):
    """How badly the name, and where the answer begins, know the named thing's place, and the name its size."""
    scene, at, end, place, answer_place, size = names.unbind(1)
    name, answer = after_name[scene, at], after_answer[scene, end]
    return [F.cross_entropy(head(state), target, ignore_index=-1)
            for head, state, target in zip(heads.found, (name, answer, name), (place, answer_place, size))]


def forward(model, heads, batch, exit_layer, detach=False, extra=None):
    """`extra`: more pictures without text, for the image side's own loss only."""
    images, pt, ct, (ids, branch, position, weight, target, kinds, names, where) = batch
    n = len(images)
    if extra:
        images, pt, ct = (torch.cat(pair) for pair in zip((images, pt, ct), extra))
    with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
        features = model.vit(model.normalise(images))
        cells = model.projector(features)
        aux, p, c = heads(features, cells, pt, ct)
        x = model.embed(ids)
        first = (branch[0] == 0).sum().item() - cells.shape[1]
        shown = cells[:n].detach() if detach else cells[:n]
        x = torch.cat([x[:, :first], shown.float(), x[:, first + cells.shape[1]:]], 1)
        watch, mask = {NAME_LAYER: [], ANSWER_LAYER: []}, attention_mask(branch)
        after_name, after_answer, *states = model.decode(
            x, position, mask, (NAME_LAYER + 1, ANSWER_LAYER + 1, exit_layer), watch=watch)
        looks = *missed(watch, mask, names, where, first), *unfound(heads, after_name, after_answer, names)
        on = weight > 0
        w, t = weight[on], target[on]
        logits = [model.logits(s[on]).float() for s in states]
    losses = [(F.cross_entropy(l, t, reduction="none") * w).sum() / w.sum() for l in logits]
    # an exit has to say what the last layer says: half of its loss is the distance from that
    teacher = F.log_softmax(logits[1].detach(), -1)
    distance = F.kl_div(F.log_softmax(logits[0], -1), teacher, log_target=True, reduction="none").sum(-1)
    losses[0] = .5 * losses[0] + .5 * (distance * w).sum() / w.sum()
    return losses, looks, aux, logits, t, kinds[on], (p, c, pt, ct)


def report(logits, t, kinds):
    right = (logits.argmax(-1) == t).float()
    return " ".join(f"{name} {right[kinds == k].mean().item():.3f}" for k, name in enumerate(KINDS))


def said(losses):
    return " ".join(f"{one.item():.2f}" for one in losses)


def leaving(logits):
    """Of the tokens that count: the share an exit is 90 % sure of, and how many of these the last layer says too."""
    sure, token = logits[0].softmax(-1).max(-1)
    sure = sure >= .9
    return f"sure {sure.float().mean().item():.3f} agree {(token == logits[1].argmax(-1))[sure].float().mean().item():.4f}"


RANK, WORLD = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def average(params):
    """The mean gradient of all processes."""
    grads = [p.grad for p in params if p.grad is not None]
    flat = torch.cat([g.flatten() for g in grads])
    dist.all_reduce(flat)
    for g, part in zip(grads, flat.div_(WORLD).split([g.numel() for g in grads])):
        g.copy_(part.view_as(g))


def main(art, vocab, pretrained, out, end, warm=None):
    torch.manual_seed(2)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 2)))
    if WORLD > 1:
        dist.init_process_group("gloo")
    out = Path(out)
    model = warm_start(warm, vocab) if warm else Vlm()
    model.train()
    heads = Heads(model.c, CLASSES)
    done, step = 0.0, 0
    muon, adam = optimisers(model, heads, LR, VIT_LR)
    if (out / "train.pt").exists():
        state = torch.load(out / "train.pt", weights_only=False)
        model.load_state_dict(state["model"]), heads.load_state_dict(state["heads"])
        muon.load_state_dict(state["muon"]), adam.load_state_dict(state["adam"])
        done, step = state["seconds"], state["step"]
        muon.param_groups[0]["base"], adam.param_groups[1]["base"] = VIT_LR, 3e-3 * VIT_LR / .02
    seed = 21 + step + 100000 * RANK

    def streams(batch, questions, extra):
        return (loader(f"{art}/train.npz", seed, batch // WORLD, vocab, questions),
                loader(f"{art}/train.npz", seed + 2, extra // WORLD, crowd=True))

    unseen = loader(f"{art}/unseen.npz", seed + 1, 192, vocab, 5, ahead=1) if RANK == 0 else None
    if step == 0:
        images = model.normalise(next(streams(*STAGES[0][1:])[0])[0])
        with torch.no_grad():
            # image tokens keep the size that the decoder knows; a new one gets those of word embeddings' size
            size = model.projector(model.vit(images)).pow(2).mean().sqrt() if warm else .4
            state = torch.load(pretrained)
            keep = {k: v for k, v in state["model"].items() if k.startswith(("vit", "projector"))}
            model.load_state_dict(keep, strict=False), heads.load_state_dict(state["heads"])
            scale = size / model.projector(model.vit(images)).pow(2).mean().sqrt()
            model.projector.fc2.weight *= scale   # (an exact rescaling of the projector)
            model.projector.fc2.bias *= scale
            model.projector.peg.bias *= scale
    params = [p for m in (model, heads) for p in m.parameters()]
    if WORLD > 1:
        for p in params:
            dist.broadcast(p.data, 0)
    start = time.time()
    if ":" in end:
        now = datetime.datetime.now()
        hour, minute = map(int, end.split(":"))
        limit = done + (now.replace(hour=hour, minute=minute, second=0) - now).total_seconds()
    else:
        limit = float(end) * 60
    log = open(out / "train.log" if RANK == 0 else os.devnull, "a", buffering=1)
    log.write(f"start at step {step}, {done / 60:.1f} of {limit / 60:.1f} min\n")
    saved = time.time()

    def save():
        torch.save(dict(model=model.state_dict(), heads=heads.state_dict(), muon=muon.state_dict(), adam=adam.state_dict(),
                        seconds=done + time.time() - start, step=step), out / "train.tmp")
        os.replace(out / "train.tmp", out / "train.pt")

    def clock():   # the first process's, for all: rates and the end depend on it
        now = torch.tensor(done + time.time() - start, dtype=torch.float64)
        if WORLD > 1:
            dist.broadcast(now, 0)
        return now.item()

    stage = None
    while (used := clock()) < limit:
        part = used / limit
        now = next(s for s in STAGES if part < s[0])
        if now != stage:
            stage = now
            data, more = streams(*stage[1:])
        batch = next(data)
        for o in (muon, adam):
            for g in o.param_groups:
                g["lr"] = g["base"] * min(1, (step + 1) / 60) * max(.02, min(1, 1.7 * (1 - part)))
        extra = next(more)
        losses, looks, aux, logits, t, kinds, _ = forward(model, heads, batch, EXITS[step % len(EXITS)], step < (60 if warm else 200), extra)
        (losses[1] + .5 * losses[0] + .3 * sum(looks) + aux).backward()
        if WORLD > 1:
            average(params)
        torch.nn.utils.clip_grad_norm_([p for g in adam.param_groups for p in g["params"]], 1.0)
        muon.step(), adam.step()
        for o in (muon, adam):
            o.zero_grad(set_to_none=True)
        if step % 25 == 0:
            log.write(f"{used / 60:.2f} min step {step} loss {losses[1].item():.3f} "
                      f"exit{EXITS[step % len(EXITS)]} {losses[0].item():.3f} look {said(looks)} aux {aux.item():.2f} T {batch[3][0].shape[1]}\n")
        step += 1
        if step % 100 == 0 and RANK == 0:
            early = EXITS[step // 100 % 2]
            with torch.no_grad():
                losses, looks, aux, logits, t, kinds, parts = forward(model, heads, next(unseen), early)
            log.write(f"{used / 60:.2f} min UNSEEN ART loss {losses[1].item():.3f} look {said(looks)} {report(logits[1], t, kinds)} | exit{early} "
                      f"{leaving(logits)} {report(logits[0], t, kinds)} | {accuracy(*parts)}\n")
        if RANK == 0 and time.time() - saved > 120:
            save()
            saved = time.time()
    if RANK == 0:
        save()
    log.write(f"done {step} steps\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
