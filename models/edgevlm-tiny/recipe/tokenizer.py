"""Trains the SentencePiece BPE vocabulary; packs prompts and answers into training sequences.

usage: tokenizer.py ART_DIR OUT_PREFIX
"""
import random
import sys

import numpy as np
import sentencepiece as spm
import torch

from categories import CATEGORIES, PLACES, article, at
from grounding import mentions, token_at
from language import CAPTION_PROMPTS, OTHER_PROMPTS, QUESTION_KINDS
from offtopic import offtopic
from scenes import Generator, plural

IMAGE_TOKENS = 16
KINDS = ["caption", "caption place"] + QUESTION_KINDS
BEFORE = "USER: "
# Of the words that matter in an answer (in captions: things 1, places 1.5). An answer's first word decides most of what it
# says, and a yes or a no has one word only; places and relations are learned last.
WEIGHTS = {"what": 2., "where": 3., "count": 2.5, "colour": 1.5, "yesno": 4., "relation": 3.5, "size": 2., "background": 1., "none": 1.5,
           "off-topic": .7}


def after(question):
    return "\n" + question + "\nASSISTANT:"


def train(art, prefix):
    gen, r, lines = Generator(f"{art}/train.npz", 5), random.Random(5), []
    for _ in range(7000):
        scene = gen.layout()
        lines.append(" " + scene.caption())
        prompt, text = gen.describe(scene)
        lines += [prompt, " " + text]
        for _ in range(3):
            q = gen.question(scene)
            lines += [q[1], " " + q[2]]
        if r.random() < .3:
            lines += [r.choice(CAPTION_PROMPTS), "USER: ", "ASSISTANT:"]
    lines += [p for prompts in OTHER_PROMPTS.values() for p in prompts for _ in range(20)]
    lines += [offtopic(r) for _ in range(2000)]
    for c in CATEGORIES:
        lines += [" " + c["name"]] * 250   # one or two pieces each: captions consist of them
        for name in [c["name"]] + c["synonyms"]:
            lines += [f"{w} {article(name)}, {plural(name)} {at(p)}." for w in ("There is", "a picture of", "Is it", "Can you see")
                      for p in PLACES[:3]]
    # Letters of other scripts are spelt in bytes: pieces are for what is said often
    lines = ["".join(c if ord(c) < 127 else " " for c in line) for line in lines]
    with open(prefix + ".txt", "w") as f:
        f.write("\n".join(lines))
    spm.SentencePieceTrainer.train(
        input=prefix + ".txt", model_prefix=prefix, model_type="bpe", vocab_size=1024, byte_fallback=True,
        add_dummy_prefix=False, remove_extra_whitespaces=False, normalization_rule_name="identity",
        character_coverage=1.0, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, split_digits=True, num_threads=1,
        required_chars="".join(map(chr, range(33, 127))), max_sentence_length=10000)


class Packer:
    """One sequence a scene: the shared start (BOS, "USER: ", image) and a branch for every question.

    Branches see the start and themselves only (see `collate`), and every branch's positions go on from the start's.
    """
    def __init__(self, model):
        self.sp = spm.SentencePieceProcessor(model_file=model)
        self.before = [1] + self.sp.encode(BEFORE)
        words = set(" ".join(PLACES).split())
        self.place = {i for i in range(self.sp.vocab_size()) if self.sp.id_to_piece(i).strip("\u2581") in words}
        plain = {"a", "an", "and", "on", "at", "in", "the", "background", ",", ".", ""}
        self.plain = {i for i in range(self.sp.vocab_size()) if self.sp.id_to_piece(i).strip("\u2581") in plain}

    def pack(self, items, scene, cells):
        """items: (question, answer, kind). Lists of ids, branch numbers, positions, and of the token to be predicted
        at each index its loss weight, id and kind (number in KINDS, -1: not scored); then for every name of
        a thing its index, that of the token that the answer follows, and what place to know at these two and what size at the first (-1: any);
        and which image tokens show it (`cells`: [4, 4] thing numbers)"""
        n = len(self.before) + IMAGE_TOKENS
        ids, branch, position = self.before + [0] * IMAGE_TOKENS, [0] * n, list(range(n))
        weight, target, kinds = [0.] * n, [0] * n, [-1] * n
        named, shown = [], []
        for b, (question, answer, kind) in enumerate(items, 1):
            q = self.sp.encode(after(question))
            pieces = [self.sp.id_to_piece(i) for i in q]
            found = list(mentions(question, scene, cells))
            for end, where, place, size in found:
                # (after() puts a line break in front)
                named.append((len(ids) + token_at(pieces, end + 1), len(ids) + len(q) - 1, place, place if len(found) == 1 else -1, size))
                shown.append(where)
            a = self.sp.encode(" " + answer) + [2]
            full = q + a
            ids += full[:-1]
            target += full[1:]
            m = len(full) - 1
            branch += [b] * m
            position += range(n, n + m)
            for i in range(m):
                token = full[i + 1]
                scored = KINDS.index(kind)
                if i + 1 < len(q):
                    weight.append(0.)
                    scored = -1
                elif token in self.plain or token == 2:
                    weight.append(.25)
                    scored = -1
                elif kind == "caption":
                    weight.append(1.5 if token in self.place else 1.)
                    scored = 1 if token in self.place else 0
                else:
                    weight.append(WEIGHTS[kind])
                kinds.append(scored)
        return ids, branch, position, weight, target, kinds, named, shown

    def collate(self, packed):
        """Tensors of [scenes, tokens] of the first six, and of the names of all scenes: [names, 6] scene and these five, [names, 16]"""
        t = -(-max(len(p[0]) for p in packed) // 8) * 8
        pad = lambda k, fill, kind: torch.from_numpy(np.array([p[k] + [fill] * (t - len(p[k])) for p in packed], kind))
        names = [(i, *at, on) for i, p in enumerate(packed) for at, on in zip(p[6], p[7])]
        return [pad(k, f, d) for k, (f, d) in enumerate(
            [(0, np.int64), (-1, np.int64), (0, np.int64), (0, np.float32), (0, np.int64), (-1, np.int64)])] + [
            torch.tensor([n[:6] for n in names]).view(-1, 6), torch.from_numpy(np.array([n[6] for n in names], bool).reshape(-1, IMAGE_TOKENS))]


def attention_mask(branch):
    b = branch.shape[1]
    same = (branch[:, :, None] == branch[:, None, :]) | (branch[:, None, :] == 0)
    return (same & torch.ones(b, b, dtype=torch.bool).tril())[:, None]


if __name__ == "__main__":
    train(*sys.argv[1:])
