"""A picture for the model card: scenes of never-trained art whose captions miss something, with what the model said.

usage: failures.py MODEL_DIR TOKENIZER_MODEL OUT_PNG [SET ...]     (sets of MODEL_DIR/heldout; unseen and photo unless given)
"""
import sys
import textwrap
from pathlib import Path

import sentencepiece as spm
from PIL import Image, ImageDraw, ImageFont

from eval import greedy, image_tokens, load_image, objects_right, read
from export import load_gguf
from scenes import CAPTION_PROMPT

ACROSS, SIDE, TEXT = 4, 200, 100


def main(folder, vocab, out, *sets):
    model, sp = load_gguf(folder), spm.SentencePieceProcessor(model_file=vocab)
    found = []
    for name in sets or ("unseen", "photo"):
        place = Path(folder) / "heldout" / name
        scenes = read(place)
        tokens = image_tokens(model, [load_image(place / s["image"]) for s in scenes])
        captions = [sp.decode(ids).strip() for ids in greedy(model, sp, tokens, [CAPTION_PROMPT] * len(scenes))]
        missed = [(objects_right(said, s["objects"]) / len(s["objects"]), place / s["image"], said, s["caption"])
                  for s, said in zip(scenes, captions)]
        missed = [m for m in missed if m[0] < 1]
        print(name, "captions that miss something:", len(missed))
        found += missed[:ACROSS]   # the first ones, not chosen
    sheet = Image.new("RGB", (ACROSS * SIDE, -(-len(found) // ACROSS) * (SIDE + TEXT)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for i, (_, file, said, truth) in enumerate(found):
        x, y = i % ACROSS * SIDE, i // ACROSS * (SIDE + TEXT)
        sheet.paste(Image.open(file).convert("RGB").resize((SIDE - 8, SIDE - 8), Image.BICUBIC), (x + 4, y + 4))
        draw.multiline_text((x + 4, y + SIDE), "\n".join(textwrap.wrap("says: " + said, 36)), "black", font, spacing=1)
        print(file, "\n  says: ", said, "\n  truth:", truth)
    sheet.quantize(200).save(out, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
