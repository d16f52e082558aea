"""EdgeVLM tiny: a CLIP-type ViT, MobileVLM-V2's LDPv2 projector and a small LLaMA decoder with early exits."""
import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
# PyTorch's bf16 products are the quicker ones on CPUs with AMX (twice), and the slower ones on those without (0.6 times)
BF16 = os.environ.get("BF16", "0") == "1"


@dataclass
class Config:
    image: int = 128
    patch: int = 16
    v_width: int = 192
    v_layers: int = 6
    v_heads: int = 6
    v_ff: int = 768
    vocab: int = 1024
    width: int = 192
    layers: int = 12
    heads: int = 6
    ff: int = 512
    context: int = 512
    exits: tuple = (4, 6, 8, 10)


def attention(q, k, v, bias=None):
    """Written out: on CPUs the backward pass of torch's fused attention takes several times as long."""
    scores = (q * q.shape[-1] ** -.5) @ k.transpose(-1, -2)
    if bias is not None:
        scores = scores + bias.to(scores.dtype)
    with torch.autocast("cpu", enabled=False):   # in the scores' own type: autocast would copy them to float32 and back
        return F.softmax(scores, -1) @ v


class VitBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.v_heads
        self.ln1, self.ln2 = nn.LayerNorm(c.v_width, 1e-5), nn.LayerNorm(c.v_width, 1e-5)
        self.qkv = nn.Linear(c.v_width, 3 * c.v_width)
        self.out = nn.Linear(c.v_width, c.v_width)
        self.fc1, self.fc2 = nn.Linear(c.v_width, c.v_ff), nn.Linear(c.v_ff, c.v_width)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(attention(q, k, v).transpose(1, 2).reshape(b, t, w))
        h = self.fc1(self.ln2(x))
        return x + self.fc2(h * torch.sigmoid(1.702 * h))


class Vit(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, n = c, (c.image // c.patch) ** 2
        self.patch = nn.Linear(3 * c.patch ** 2, c.v_width, bias=False)   # the patch convolution, flattened
        self.cls = nn.Parameter(torch.randn(c.v_width) * .02)
        self.pos = nn.Parameter(torch.randn(n + 1, c.v_width) * .02)
        self.pre_ln = nn.LayerNorm(c.v_width, 1e-5)
        self.blocks = nn.ModuleList(VitBlock(c) for _ in range(c.v_layers))

    def forward(self, pixels):
        """pixels: normalised float [B, 3, S, S]; out: patch features [B, 64, width], class token dropped."""
        x = self.patch(F.unfold(pixels, self.c.patch, stride=self.c.patch).transpose(1, 2))
        x = torch.cat([self.cls.expand(x.shape[0], 1, -1).to(x.dtype), x], 1) + self.pos
        x = self.pre_ln(x)
        for block in self.blocks:
            x = block(x)
        return x[:, 1:]


class Projector(nn.Module):
    """LDPv2: two linear layers, 2x2 average pooling, a depthwise convolution with a residual."""
    def __init__(self, c):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(c.v_width, c.width), nn.Linear(c.width, c.width)
        self.peg = nn.Conv2d(c.width, c.width, 3, padding=1, groups=c.width)

    def forward(self, x):
        b, n, _ = x.shape
        x = self.fc2(F.gelu(self.fc1(x), approximate="tanh"))
        side = math.isqrt(n)
        x = F.avg_pool2d(x.float().transpose(1, 2).reshape(b, -1, side, side), 2)
        with torch.autocast("cpu", enabled=False):
            x = self.peg(x) + x
        return x.flatten(2).transpose(1, 2)


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.heads
        self.n1, self.n2 = Norm(c.width), Norm(c.width)
        self.qkv = nn.Linear(c.width, 3 * c.width, bias=False)
        self.out = nn.Linear(c.width, c.width, bias=False)
        self.gate_up = nn.Linear(c.width, 2 * c.ff, bias=False)
        self.down = nn.Linear(c.ff, c.width, bias=False)

    def forward(self, x, rope, mask, cache=None, watch=None):
        b, t, w = x.shape
        q, k, v = self.qkv(self.n1(x)).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        q, k = rotate(q, rope), rotate(k, rope)
        if cache is not None:
            k, v = (torch.cat([cache[n], new], 2) if n in cache else new for n, new in (("k", k), ("v", v)))
            cache.update(k=k, v=v)
        if watch is not None:
            watch += [q, k]
        x = x + self.out(attention(q, k, v, mask).transpose(1, 2).reshape(b, t, w))
        gate, up = self.gate_up(self.n2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


def rope_table(positions, dim, theta=10000.0):
    freq = theta ** (-torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    angle = positions.float()[..., None] * freq
    return tuple(f(angle).repeat_interleave(2, -1).unsqueeze(-3) for f in (torch.cos, torch.sin))


def swap(dim):
    """x @ swap: every pair (a, b) becomes (-b, a). A small matrix product is quicker than strided slices."""
    m = torch.zeros(dim, dim)
    i = torch.arange(0, dim, 2)
    m[i + 1, i], m[i, i + 1] = -1, 1
    return m


def rotate(x, rope):
    """Interleaved pairs (2i, 2i+1): llama.cpp's order for arch "llama", no permutation at export."""
    cos, sin = rope
    return x * cos.to(x.dtype) + (x @ swap(x.shape[-1]).to(x.dtype)) * sin.to(x.dtype)


class Vlm(nn.Module):
    def __init__(self, c=None):
        super().__init__()
        self.c = c = c or Config()
        self.vit, self.projector = Vit(c), Projector(c)
        self.embed = nn.Embedding(c.vocab, c.width)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = Norm(c.width)
        self.head = nn.Linear(c.width, c.vocab, bias=False)
        nn.init.normal_(self.embed.weight, std=.3)
        for name, p in self.named_parameters():
            if name.startswith("blocks") and p.dim() == 2:
                nn.init.normal_(p, std=.05 if "out" not in name and "down" not in name else .02)
        nn.init.normal_(self.head.weight, std=.02)

    @staticmethod
    def normalise(images):
        """uint8 [B, S, S, 3] -> normalised float [B, 3, S, S]"""
        x = images.permute(0, 3, 1, 2).float() / 255
        return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)

    def decode(self, x, positions, mask, stop=(), caches=None, watch=None):
        """Hidden states (before the final norm) after the layers in `stop` and after the last one run.

        caches: a dict for every layer to run (keys and values so far), None to run all layers without.
        watch: {layer number: list}, to which that layer's queries and keys are added"""
        rope = rope_table(positions, self.c.width // self.c.heads)
        mask = torch.zeros(mask.shape).masked_fill_(~mask, -1e4)
        seen = []
        for i, block in enumerate(self.blocks[:len(caches)] if caches else self.blocks):
            x = block(x, rope, mask, caches[i] if caches else None, watch.get(i) if watch else None)
            if i + 1 in stop:
                seen.append(x)
        return seen + [x]

    def logits(self, hidden):
        return self.head(self.norm(hidden))

    @torch.no_grad()
    def answer(self, image_tokens, before, after, limit=48, exit_layer=None, eos=2):
        """Greedy decoding for one image and prompt; recomputes the whole sequence (short) at every step."""
        e = self.embed
        x = torch.cat([e(torch.tensor(before)), image_tokens.float(), e(torch.tensor(after))])[None]
        out = []
        while len(out) < limit:
            n = x.shape[1]
            mask = torch.ones(n, n, dtype=torch.bool).tril()[None, None]
            states = self.decode(x, torch.arange(n)[None], mask, (exit_layer,) if exit_layer else ())
            token = int(self.logits(states[0][:, -1]).argmax())
            out.append(token)
            if token == eos:
                break
            x = torch.cat([x, e(torch.tensor([[token]]))], 1)
        return out


class Heads(nn.Module):
    """Training only: what is in each patch and in each image token, its colour, and its place in the scene; and where what a
    question names was found, known at the name and where the answer begins, and its size."""
    def __init__(self, c, classes, colours=11, places=9, sizes=8):
        super().__init__()
        self.sizes = (classes, colours, places)
        self.patch_norm, self.cell_norm = nn.LayerNorm(c.v_width), nn.LayerNorm(c.width)
        self.patch, self.cell = nn.Linear(c.v_width, sum(self.sizes)), nn.Linear(c.width, sum(self.sizes))
        self.found = nn.ModuleList(nn.Sequential(nn.LayerNorm(c.width), nn.Linear(c.width, n)) for n in (places + 1, places + 1, sizes))

    def loss(self, logits, targets):
        """targets [B, N, 3]: class, colour or -1, place or -1"""
        total = 0
        for part, target, weight in zip(logits.float().split(self.sizes, -1), targets.unbind(-1), (1, .5, .5)):
            flat, target = part.flatten(0, 1), target.flatten()
            w = None
            if weight == 1:   # two thirds of the patches are background
                w = torch.ones(self.sizes[0])
                w[0] = .25
            total = total + weight * F.cross_entropy(flat, target, ignore_index=-1, weight=w, label_smoothing=.03)
        return total

    def forward(self, patches, cells, patch_targets, cell_targets):
        p, c = self.patch(self.patch_norm(patches)), self.cell(self.cell_norm(cells))
        return self.loss(p, patch_targets) + self.loss(c, cell_targets), p, c


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised by Newton-Schulz steps (batched over matrices of one shape); `fused` cuts stacked rows apart."""
    def __init__(self, groups, lr=.02, momentum=.95):
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=.01))

    @torch.no_grad()
    def step(self):
        pieces = {}
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                g = p.grad.lerp(m, group["momentum"])
                p.mul_(1 - group["lr"] * group["weight_decay"])
                rows = p.shape[0] // getattr(p, "fused", 1)
                for part, target in zip(g.split(rows), p.split(rows)):
                    flip = part.shape[0] > part.shape[1]
                    pieces.setdefault(tuple(sorted(part.shape)), []).append((part.T if flip else part, target, flip, group["lr"]))
        for shape, items in pieces.items():
            x = torch.stack([i[0] for i in items])
            x = x.bfloat16() if BF16 else x
            x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
            for _ in range(5):
                a = x @ x.mT
                x = torch.baddbmm(x, torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
            for (_, target, flip, lr), u in zip(items, x.float()):
                u = u.T if flip else u
                target.add_(u, alpha=-lr * max(1, u.shape[0] / u.shape[1]) ** .5)


def optimisers(model, heads, lr, vit_lr, adam_lr=3e-3):
    """Muon for the matrices inside the blocks and the projector, AdamW for the rest."""
    for m in model.modules():
        if isinstance(m, (Block, VitBlock)):
            m.qkv.weight.fused = 3
        if isinstance(m, Block):
            m.gate_up.weight.fused = 2
    vit, rest, adam, vit_adam = [], [], [], []
    for name, p in model.named_parameters():
        inside = p.dim() == 2 and ("blocks" in name or "projector.fc" in name)
        if inside:
            (vit if name.startswith("vit") or name.startswith("projector") else rest).append(p)
        else:
            (vit_adam if name.startswith("vit") or name.startswith("projector") else adam).append(p)
    groups = [dict(params=vit, lr=vit_lr)] + ([dict(params=rest, lr=lr)] if rest else [])
    muon = Muon(groups)
    adamw = torch.optim.AdamW([dict(params=adam + list(heads.parameters()), lr=adam_lr),
                               dict(params=vit_adam, lr=adam_lr * vit_lr / .02)], betas=(.9, .95), weight_decay=.01)
    for o in (muon, adamw):
        for g in o.param_groups:
            g["base"] = g["lr"]
    return muon, adamw
