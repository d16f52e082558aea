"""Writes a 512-pixel scene of never-trained art whose greedy caption by the exported model is right word for word.

usage: docs_scene.py ART_DIR MODEL_DIR TOKENIZER_MODEL OUT_PNG     (ART_DIR best rendered with art.py ... 480)
"""
import sys

import numpy as np
import sentencepiece as spm
from PIL import Image

from eval import greedy, image_tokens
from export import load_gguf
from scenes import CAPTION_PROMPT, Generator, Scene


def main(art, folder, vocab, out):
    model, sp = load_gguf(folder), spm.SentencePieceProcessor(model_file=vocab)
    gen = Generator(f"{art}/unseen.npz", 900003)
    best = None   # (unseen art, drawn as in the held-out sets)
    for _ in range(20000):
        scene: Scene = gen.layout()
        names = {t.noun for t in scene.things}
        if not (len(scene.things) == len(names) == 3 and sum(t.colour is not None for t in scene.things) == 1
                and scene.background in ("light blue", "yellow", "white")
                and min(t.size for t in scene.things) > .3):
            continue
        image = Image.fromarray(gen.draw(scene, 512, strong=False)[0])
        small = np.asarray(image.resize((128, 128), Image.BOX))
        caption = sp.decode(greedy(model, sp, image_tokens(model, [small]), [CAPTION_PROMPT])[0]).strip()
        if best is None or caption == scene.caption():
            best = image, caption, scene.caption()
            if caption == scene.caption():
                break
    best[0].save(out, optimize=True)
    print(out, "| model:", best[1], "| truth:", best[2])


if __name__ == "__main__":
    main(*sys.argv[1:])
