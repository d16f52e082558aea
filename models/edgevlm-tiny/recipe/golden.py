"""Golden vectors for the Java tests, in float32 from the weights as the GGUF files hold them.

usage: golden.py MODEL_DIR TOKENIZER_MODEL     (reads MODEL_DIR/*.gguf and heldout/, writes golden/)
"""
import json
import sys
from pathlib import Path

import numpy as np
import sentencepiece as spm
import torch

from eval import load_image
from export import load_gguf
from scenes import CAPTION_PROMPT
from tokenizer import BEFORE, after

PICTURES = ["unseen/000.jpg"]
LAST, EXIT = 8, 4
TEXTS = ["", " ", "  ", "\n", "\n\n", "a", "USER: ", "USER:", "ASSISTANT:", "\nDescribe the image.\nASSISTANT:",
         "\nWhat is on the left?\nASSISTANT:", "\nIs there a dog?\nASSISTANT:", " an apple on the left and a blue star on the right,"
         " on a green background.", " a light bulb at the top right", "Where is the aeroplane?", "How many mice are there?",
         "What color is the background?", "two  spaces", "   three leading", "trailing   ", "tab\there", "line\nbreak\n", "\r\n",
         "UPPER CASE WORDS", "MiXeD cAsE", "12345 67.89", "a-b_c/d\\e", "\"quoted\" 'text'", "x" * 50, "é", "naïve café", "Größe",
         "日本語", "Привет мир", "مرحبا", "😀", "an apple 🍎 and a dog 🐶", "👩‍👩‍👧", "\u2581already", "<s>", "</s>", "<0x0A>",
         "<unk>", "\u00a0nbsp", "e\u0301 combining", "Is the key to the left of the red ring?", "antidisestablishmentarianism"]


@torch.no_grad()
def main(folder, vocab):
    torch.set_num_threads(1)
    folder = Path(folder)
    out = folder / "golden"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    model, sp = load_gguf(folder), spm.SentencePieceProcessor(model_file=vocab)
    before, behind = [1] + sp.encode(BEFORE), sp.encode(after(CAPTION_PROMPT))

    def put(name, array):
        array = np.ascontiguousarray(array)
        assert array.dtype in (np.float32, np.int32)
        file = name + (".f32" if array.dtype == np.float32 else ".i32")
        array.astype(array.dtype.newbyteorder("<")).tofile(out / file)
        return dict(file=file, shape=list(array.shape))

    cases = []
    for number, picture in enumerate(PICTURES):
        pixels = model.normalise(torch.from_numpy(load_image(folder / "heldout" / picture).copy())[None])
        patches = model.vit(pixels)
        tokens = model.projector(patches)[0]
        ids = model.answer(tokens, before, behind)
        words = [i for i in ids if i != 2]
        x = torch.cat([model.embed(torch.tensor(before)), tokens, model.embed(torch.tensor(behind + words))])[None]
        n = x.shape[1]
        mask = torch.ones(n, n, dtype=torch.bool).tril()[None, None]
        early, last = model.decode(x, torch.arange(n)[None], mask, (EXIT,))
        p = f"{number}-"
        cases.append(dict(
            image="heldout/" + picture, caption=sp.decode(words).strip(),
            prompt_ids_before_image=before, prompt_ids_after_image=behind, image_tokens=tokens.shape[0], sequence_length=n,
            caption_ids=ids,
            input=put(p + "input", pixels.numpy()), vit=put(p + "vit", patches[0].numpy()),
            projector=put(p + "projector", tokens.numpy()),
            logits=put(p + "logits", model.logits(last[0, -LAST:]).numpy()),
            **{f"logits_exit_{EXIT}": put(p + f"logits-exit{EXIT}", model.logits(early[0, -LAST:]).numpy())}))
    json.dump(dict(
        about="float32 PyTorch on the weights dequantised from edgevlm-tiny.gguf and edgevlm-tiny-mmproj.gguf. Files are raw "
              "little-endian, row-major. input: normalised [1,3,128,128]; vit: patch features after the last block, class token "
              "dropped, no post-norm [64,192]; projector [16,192]; logits: the last 8 positions of the sequence before ids + image "
              "tokens + after ids + caption ids without the end token, final norm and head on the last layer (logits) and on the "
              "hidden state after layer 4 (logits_exit_4). caption_ids: greedy, end token (2) included.",
        gelu_projector="tanh approximation", gelu_vit="x*sigmoid(1.702x)", caption_prompt=CAPTION_PROMPT,
        template_before=BEFORE, template_after="\\n{question}\\nASSISTANT:".replace("\\n", "\n"),
        cases=cases, tokenizations=[dict(text=t, ids=sp.encode(t)) for t in TEXTS]),
        open(out / "golden.json", "w"), indent=1, ensure_ascii=True)
    total = sum(f.stat().st_size for f in out.iterdir())
    print(f"golden: {total} bytes;", [c["caption"] for c in cases])


if __name__ == "__main__":
    main(*sys.argv[1:])
