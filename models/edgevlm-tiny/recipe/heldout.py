"""Writes the two held-out sets: new layouts with training art (seen), and art no training scene used (unseen).

usage: heldout.py ART_DIR OUT_DIR
"""
import json
import sys
from pathlib import Path

from PIL import Image

from scenes import Generator

SEEDS = dict(seen=900001, unseen=900002)   # training seeds are multiples of 1000 (data.py)
COUNT, QUESTIONS, QUALITY = 200, 4, 72


def main(art, out):
    for name, seed in SEEDS.items():
        folder = Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        gen = Generator(f"{art}/{'train' if name == 'seen' else 'unseen'}.npz", seed)
        lines = []
        for i in range(COUNT):
            side = (160, 200, 256)[i % 3]
            scene = gen.layout()
            image, _ = gen.draw(scene, side - side % 8, strong=False)
            file = f"{i:03d}.jpg"
            Image.fromarray(image).save(folder / file, "JPEG", quality=QUALITY, optimize=True)
            questions, seen = [], set()
            kinds = ["what", "where", "count", "colour", "yesno"]
            kinds = kinds[i % 5:] + kinds[:i % 5]
            for kind in (kinds * 4):
                if len(questions) == QUESTIONS:
                    break
                kind, q, answer, accepted = gen.question(scene, kind)
                if q not in seen:
                    seen.add(q)
                    words = list(dict.fromkeys(normal(a) for a in [answer] + accepted))
                    questions.append(dict(kind=kind, question=q, answers=words))
            lines.append(json.dumps(dict(image=file, caption=scene.caption(), objects=[t.accepted for t in scene.things],
                                         questions=questions)))
        (folder / "scenes.jsonl").write_text("\n".join(lines) + "\n")


def normal(answer):
    """Lower case, no punctuation at the end, no article in front."""
    words = answer.strip().lower().rstrip(".!?, ").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words)


if __name__ == "__main__":
    main(*sys.argv[1:])
