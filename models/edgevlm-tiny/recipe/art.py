"""Renders every category's drawings once into sprites.npz files (RGBA, 160 px, cropped to the drawing).

usage: art.py NODE_MODULES OUT_DIR [SIZE]
Training sources: Noto Color Emoji (Debian fonts-noto-color-emoji), twemoji, noto-v1, EmojiOne 2, FxEmoji, Streamline
emojis, hand-picked public-domain drawings of openclipart, and one-colour icons (Material Design Icons, Game-icons,
Font Awesome free), which scenes draw in any colour, so that shape counts too.
Never trained: Fluent UI Emoji ("flat" and "modern"), a different hand and a different style.
"""
import io
import json
import sys
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFont

from categories import CATEGORIES

SIZE = 160
CLIPS = Path("/usr/share/openclipart/png")
MONO = ["mdi", "game-icons", "fa6-solid"]
TRAIN = ["noto", "twemoji", "noto-v1", "emojione", "fxemoji", "streamline-emojis", "openclipart"] + MONO
NOT = {"mdi": {"mouse", "cup", "football", "lock", "bell", "cloud", "telephone", "bear", "carrot", "sheep"},   # something else, or unclear
       "fa6-solid": {"mouse", "football", "shoe", "telephone", "cup", "bell"},
       "game-icons": {"cup", "truck", "car", "bus", "bell", "cow", "carrot"},
       "streamline-emojis": {"football", "telephone"}}
UNSEEN = ["fluent-flat", "fluent-modern"]


def svg(text):
    data = resvg_py.svg_to_bytes(svg_string=text, width=2 * SIZE, height=2 * SIZE)
    return Image.open(io.BytesIO(bytes(data))).convert("RGBA")


def noto(cp):
    font = ImageFont.truetype("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf", 109)
    image = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(image).text((8, 8), chr(int(cp, 16)), font=font, embedded_color=True)
    return image


def iconify(modules, pack):
    data = json.loads((modules / "@iconify-json" / pack / "icons.json").read_text())
    icons = {k.replace("-", ""): v for k, v in data["icons"].items()}
    for alias, v in data.get("aliases", {}).items():
        if v["parent"] in data["icons"]:
            icons.setdefault(alias.replace("-", ""), data["icons"][v["parent"]])
    w, h = data.get("width", 16), data.get("height", 16)

    def load(category):
        if category["name"] in NOT.get(pack, ()):
            return []
        name = category["name"].replace(" ", "-")
        tried = dict.fromkeys(category["slugs"] + [name])
        if pack == "streamline-emojis":
            tried = dict.fromkeys(f"{t}{n}" for t in tried for n in ("", "-1", "-2", "-3"))
        if pack in MONO:
            tried = dict.fromkeys(f.format(t) for t in tried for f in ("{}", "food-{}", "fruit-{}", "{}-face", "{}-head"))
        if pack == "mdi":
            tried.pop("apple", None)   # a company's logo, not the fruit
        return [i for i in map(draw, tried) if i is not None]

    def draw(slug):
        icon = icons.get(slug.replace("-", ""))
        if not icon:
            return None
        iw, ih = icon.get("width", w), icon.get("height", h)
        return svg(f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                   f'viewBox="{icon.get("left", 0)} {icon.get("top", 0)} {iw} {ih}">{icon["body"]}</svg>')
    return load


def tidy(image):
    """Crop to what is drawn, pad to a square, scale."""
    box = image.getchannel("A").point(lambda a: 255 if a > 16 else 0).getbbox()
    if not box:
        return None
    image = image.crop(box)
    side = max(image.size)
    out = Image.new("RGBA", (side, side))
    out.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(out.resize((SIZE, SIZE), Image.LANCZOS))


def main(modules, out, size=SIZE):
    global SIZE
    SIZE = int(size)
    modules, out = Path(modules), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    packs = {p: iconify(modules, p) for p in TRAIN if p not in ("noto", "twemoji", "openclipart")}
    clips = [line.split("|") for line in (Path(__file__).parent / "openclipart.txt").read_text().splitlines() if line[0] != "#"]

    def load(source, category):
        if source == "noto":
            return [noto(cp) for cp in category["codepoints"]]
        if source == "twemoji":
            files = [modules / "@twemoji/svg" / f"{cp}.svg" for cp in category["codepoints"]]
            return [svg(f.read_text()) for f in files if f.exists()]
        if source in packs:
            return packs[source](category)
        if source == "openclipart":
            return [Image.open(CLIPS / f).convert("RGBA") for n, f in clips if n == category["name"]]
        files = [modules / "fluentui-emoji/icons" / source.split("-")[1] / f"{s}.svg" for s in category["slugs"]]
        return [svg(f.read_text()) for f in files if f.exists()]

    for name, sources in (("train", TRAIN), ("unseen", UNSEEN)):
        sprites, labels, origin = [], [], []
        for index, category in enumerate(CATEGORIES):
            found = []
            for source in sources:
                for image in load(source, category):
                    sprite = tidy(image) if image is not None else None
                    if sprite is not None:
                        sprites.append(sprite), labels.append(index), origin.append(source)
                        found.append(source)
            print(name, category["name"], len(found), "missing:", sorted(set(sources) - set(found)))
        np.savez(out / f"{name}.npz", sprites=np.stack(sprites), labels=np.array(labels), origin=np.array(origin))
        print(name, len(sprites), "sprites")


if __name__ == "__main__":
    main(*sys.argv[1:])
