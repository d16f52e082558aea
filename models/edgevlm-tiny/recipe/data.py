"""Batches of scenes, drawn on the fly by worker processes (a few milliseconds a scene)."""
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from categories import COLOUR_NAMES
from scenes import Generator

STRONG = .75   # the share of pictures that are changed in all ways; the others are as people draw them


def targets(scene, labels):
    """[n, n] map of thing numbers -> [n*n, 3] class, colour, place"""
    table = np.array([[0, -1, -1]] + [[t.kind, COLOUR_NAMES.index(t.colour) if t.colour else -1, t.place]
                                      for t in scene.things])
    return table[labels.ravel()]


def cells(labels):
    """8x8 -> 4x4: the thing with most patches in the cell, background only if it has all four"""
    out = np.zeros((4, 4), np.int64)
    for y in range(4):
        for x in range(4):
            part = labels[2 * y:2 * y + 2, 2 * x:2 * x + 2].ravel()
            part = part[part > 0]
            out[y, x] = np.bincount(part).argmax() if part.size else 0
    return out


class Stream(IterableDataset):
    def __init__(self, art, seed, batch, vocab=None, questions=0, crowd=False):
        self.art, self.seed, self.batch, self.vocab, self.questions, self.crowd = art, seed, batch, vocab, questions, crowd

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        torch.set_num_threads(1)
        gen = Generator(self.art, self.seed * 1000 + (info.id if info else 0), crowd=self.crowd)
        text = None
        if self.vocab:
            from tokenizer import Packer
            text = Packer(self.vocab)
        while True:
            images, patch, cell, packed = [], [], [], []
            for _ in range(self.batch):
                scene = gen.layout()
                image, labels = gen.draw(scene, strong=gen.rng.random() < STRONG)
                images.append(image)
                patch.append(targets(scene, labels))
                shown = cells(labels)
                cell.append(targets(scene, shown))
                if text:
                    items = [(*gen.describe(scene), "caption")]
                    seen = set()
                    for _ in range(self.questions * 2):
                        q = gen.question(scene)
                        if q[1] not in seen and len(items) <= self.questions:
                            seen.add(q[1])
                            items.append((q[1], q[2], q[0]))
                    packed.append(text.pack(items, scene, shown))
            out = [torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(patch)), torch.from_numpy(np.stack(cell))]
            if text:
                out.append(text.collate(packed))
            yield out


def loader(*args, workers=1, ahead=6, **more):
    return iter(DataLoader(Stream(*args, **more), batch_size=None, num_workers=workers, prefetch_factor=ahead))
