"""Writes a 512-pixel scene of never-trained art whose greedy caption by the exported model is right word for word, and so are
the answers to the two questions that the README asks.

usage: docs_scene.py ART_DIR MODEL_DIR TOKENIZER_MODEL OUT_PNG     (ART_DIR best rendered with art.py ... 480)
"""
import sys

import numpy as np
import sentencepiece as spm
from PIL import Image

from categories import article
from eval import greedy, image_tokens
from export import load_gguf
from scenes import CAPTION_PROMPT, Generator, Scene


def main(art, folder, vocab, out):
    model, sp = load_gguf(folder), spm.SentencePieceProcessor(model_file=vocab)
    gen = Generator(f"{art}/unseen.npz", 900003)
    for _ in range(20000):   # (unseen art, drawn as in the held-out sets)
        scene: Scene = gen.layout()
        names = {t.noun for t in scene.things}
        if not (len(scene.things) == len(names) == 3 and sum(t.colour is not None for t in scene.things) == 1
                and scene.background in ("light blue", "yellow", "white")
                and min(t.size for t in scene.things) > .3 and any(t.place == 6 and t.colour is None for t in scene.things)):
            continue
        image = Image.fromarray(gen.draw(scene, 512, strong=False)[0])
        tokens = image_tokens(model, [np.asarray(image.resize((128, 128), Image.BOX))] * 3)
        said = [sp.decode(ids).strip() for ids in greedy(model, sp, tokens, [CAPTION_PROMPT, "What is at the bottom left?",
                                                                             "How many objects are there?"])]
        if said == [scene.caption(), article(next(t.name for t in scene.things if t.place == 6)), "three"]:
            image.save(out, optimize=True)
            print(out, "|", *said)
            return
    raise SystemExit("no such scene")


if __name__ == "__main__":
    main(*sys.argv[1:])
