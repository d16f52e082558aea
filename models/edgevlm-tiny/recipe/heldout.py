"""Writes the held-out sets, each a folder with pictures and scenes.jsonl as `edgevlm score` reads it.

usage: heldout.py ART_DIR OUT_DIR
seen      new scenes of training art
unseen    art that no training scene used: Fluent UI Emoji, flat and modern
robust    scenes of `seen`, the same questions: JPEG quality 40, blurred, noisy, or turned by 15 degrees (a quarter each)
photo     Fluent's 3-D renders on photograph-like backgrounds
offtopic  100 questions that nothing in a picture answers (offtopic.txt, written by hand)
"""
import json
import re
import sys
from collections import Counter
from pathlib import Path

from PIL import Image

from language import DONT_KNOW, QUESTION_KINDS
from offtopic import LISTS, TEMPLATES, offtopic
from scenes import Generator, distort

# set: (art, seed, pictures). Training seeds are multiples of 1000 plus a worker's number (data.py)
SETS = {"seen": ("train", 900501, 104), "unseen": ("unseen", 900502, 104), "photo": ("photo", 900503, 64)}
ROBUST = 64
QUESTIONS = 5
SIDES = (128, 144, 160)   # small files; what the program does with other sizes is tested elsewhere
QUALITY = 52
KINDS = [k for k in QUESTION_KINDS if k != "off-topic"]
WEAR = [("jpeg", 40), ("blur", 1.2), ("noise", 16), ("rotate", 15)]   # for a side of 128


def ask(gen, scene, asked):
    """Questions of different kinds, those asked least so far first."""
    questions = []
    for kind in sorted(KINDS, key=lambda k: (asked[k], gen.rng.random())):
        found = gen.question(scene, kind) if len(questions) < QUESTIONS else None
        if found:
            words = list(dict.fromkeys(normal(a) for a in [found[2]] + found[3]))
            questions.append(dict(kind=kind, question=found[1], answers=words))
            asked[kind] += 1
    return questions


def line(file, scene, questions):
    return dict(image=file, caption=scene.caption(), objects=[t.accepted for t in scene.things], questions=questions)


def save(image, path, quality=QUALITY):
    image.save(path, "JPEG", quality=quality, optimize=True, progressive=True)


def write(folder, lines):
    text = "\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in lines)
    (folder / "scenes.jsonl").write_text(text + "\n")


def wear(image, number, g):
    """(picture, JPEG quality to save it with)"""
    how, amount = WEAR[number % 4]
    if how == "jpeg":
        return image, amount
    scale = image.width / 128 if how == "blur" else 1
    sign = -1 if how == "rotate" and number % 8 > 3 else 1
    return distort(image, how, sign * amount * scale, g), QUALITY


def main(art, out):
    made = {}
    for name, (source, seed, count) in SETS.items():
        folder = Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        gen = Generator(f"{art}/{source}.npz", seed, casual=False, photo=1 if name == "photo" else .22)
        lines, asked, pictures = [], Counter(), []
        for i in range(count):
            side = SIDES[i % 3]
            scene = gen.layout()
            while name == "photo" and scene.grey:
                scene = gen.layout()
            image = Image.fromarray(gen.draw(scene, side, strong=False)[0])
            save(image, folder / f"{i:03d}.jpg")
            pictures.append(image)
            lines.append(line(f"{i:03d}.jpg", scene, ask(gen, scene, asked)))
        write(folder, lines)
        made[name] = lines, pictures, gen
        print(name, count, dict(asked), Counter(len(one["objects"]) for one in lines))
    lines, pictures, gen = made["seen"]
    folder = Path(out) / "robust"
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(ROBUST):
        image, quality = wear(pictures[i], i, gen.np_rng)
        save(image, folder / f"{i:03d}.jpg", quality)
    write(folder, lines[:ROBUST])
    folder = Path(out) / "offtopic"
    folder.mkdir(parents=True, exist_ok=True)
    texts = (Path(__file__).parent / "offtopic.txt").read_text().splitlines()
    check(texts, gen.rng)
    accepted = [DONT_KNOW.rstrip(".").lower(), "i do not know", "i dont know", "don't know", "unknown"]
    few = []
    for i in range(10):   # ten questions a picture
        save(pictures[i], folder / f"{i:03d}.jpg")
        few.append(dict(lines[i], questions=[dict(kind="off-topic", question=t, answers=accepted) for t in texts[i::10]]))
    write(folder, few)
    print("bytes", sum(f.stat().st_size for f in Path(out).rglob("*") if f.is_file()))


def check(texts, rng):
    """None of the held-out off-topic questions is one that training can ask."""
    plain = lambda t: re.sub(r"\W+", " ", t.lower()).strip()
    gaps = {name: "(?:" + "|".join(map(plain, words)) + ")" for name, words in LISTS.items()} | {"N": "[0-9]+"}
    patterns = [re.compile("".join(gaps[part] if part in gaps else re.sub(r"\W+", " ", part.lower())
                                   for part in re.split(r"[{}]", t)).strip() + "$") for t in TEMPLATES]
    assert len(texts) == len(set(texts)) == 100
    for t in texts:
        hit = [p.pattern for p in patterns if p.match(plain(t))]
        assert not hit, (t, hit)
    drawn = {plain(offtopic(rng)) for _ in range(100000)}
    assert not drawn & {plain(t) for t in texts}


def normal(answer):
    """As the program compares answers: lower case, no article in front, no punctuation at the end."""
    text = re.sub(r"\s+", " ", answer.strip().lower())
    return re.sub(r"^(?:a|an|the)\s+", "", re.sub(r"[!-/:-@\[-`{-~\s]+$", "", text))


if __name__ == "__main__":
    main(*sys.argv[1:])
