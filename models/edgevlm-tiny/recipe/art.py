"""Renders every category's drawings once into train.npz, unseen.npz and photo.npz (RGBA, cropped to the drawing).

usage: art.py NODE_MODULES OUT_DIR [SIZE [SET ...]]     (sets: train, unseen, photo)
Training: Noto Color Emoji (Debian fonts-noto-color-emoji), Twemoji, public-domain drawings of openclipart, and the Iconify
packages below, whose icons are found by name. One drawing a name and pack is not enough for a model to know a thing in a
hand it never saw; some forty sources are.
Never trained: Fluent UI Emoji, neither "flat" and "modern" (unseen.npz: another hand, palette and shading) nor the
3-D renders (photo.npz: lit and shaded, the nearest to photographs with as free a licence).
"""
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFont

from categories import CATEGORIES

SIZE = 128
CLIPS = Path("/usr/share/openclipart/png")
COLOUR = ["noto-v1", "emojione", "fxemoji", "streamline-emojis", "streamline-ultimate-color", "streamline-freehand-color",
          "flat-color-icons", "icon-park", "material-icon-theme"]
MONO = ["mdi", "game-icons", "fa7-solid", "emojione-monotone", "ph", "tabler", "lucide", "lucide-lab", "solar", "mingcute",
        "hugeicons", "iconoir", "material-symbols", "ri", "carbon", "bi", "bxs", "cil", "ion", "uil", "healthicons", "maki", "map",
        "guidance", "pepicons-pop", "pixelarticons", "duo-icons", "tdesign", "icons8", "la", "streamline", "streamline-flex",
        "streamline-plump", "streamline-ultimate", "streamline-pixel", "icon-park-solid", "icon-park-twotone", "stash",
        "gravity-ui", "lineicons", "majesticons", "mage", "famicons", "rivet-icons"]
# what an icon's name may have around the thing's
BEFORE = {"food", "fruit", "animal", "pet", "vegetable", "vegetables", "drinks", "whole", "baked", "sport", "sports", "weather",
          "instrument", "music", "road", "transport", "christmas", "nature", "wild"}
AFTER = set("""bold duotone fill filled color outline outlined rounded sharp light thin line linear broken solid twotone s regular
    icon icons fruit animal face head side front alt variant remix block one two three four five six seven
    flat full whole simple slice half off on""".split()) - {"off"}
# other names icon sets use for a thing
ALSO = {"aeroplane": "airplane,plane,flight,air-plane", "television": "tv,television,tv-old,tv-retro", "telephone": "phone,telephone,phone-old,classic-phone",
        "bicycle": "bicycle,bike,cycling", "sailboat": "sailboat,boat,sailing,sail-boat", "light bulb": "lightbulb,light-bulb,bulb,idea",
        "doughnut": "donut,doughnut", "hamburger": "hamburger,burger", "trumpet": "trumpet", "football": "soccer,soccer-ball,football-soccer",
        "ladybird": "ladybug,ladybird", "fire": "fire,flame", "present": "gift,present,gift-box", "truck": "truck,lorry,delivery-truck",
        "shirt": "t-shirt,tshirt,shirt", "jeans": "jeans,pants,trousers", "shoe": "shoe,sneaker,sneakers,running-shoe,shoes",
        "handbag": "handbag,bag-handle,purse", "tree": "tree,tree-deciduous", "fir tree": "pine-tree,evergreen,fir-tree,tree-evergreen,tree-conifer",
        "cup": "coffee,cup,mug,teacup,coffee-cup,tea,cafe,tea-cup,cup-hot,mug-hot", "clock": "alarm-clock,alarm", "sofa": "sofa,couch",
        "spanner": "wrench,spanner", "chips": "french-fries,fries", "motorcycle": "motorcycle,motorbike",
        "microphone": "microphone,mic", "headphones": "headphones,headphone,headset", "globe": "globe,earth,globe-stand", "cake": "cake,birthday-cake,cake-slice",
        "book": "book,book-open,open-book,closed-book", "castle": "castle,castle-turret", "train": "train,locomotive,steam-train,steam-locomotive",
        "bathtub": "bathtub,bath,tub", "dinosaur": "dinosaur,t-rex,diplodocus,brachiosaurus", "moon": "moon,crescent-moon,half-moon",
        "leaf": "leaf", "glasses": "glasses,eyeglasses,eye-glasses,sunglasses", "hat": "top-hat,magic-hat,hat", "watermelon": "watermelon,melon",
        "magnifying glass": "magnifying-glass,search,magnifier", "corn": "corn,corn-cob,maize", "fish": "fish,fishes", "tie": "tie,necktie",
        "palm tree": "palm-tree,palm,tree-palm", "traffic light": "traffic-light,traffic-lights", "laptop": "laptop,macbook",
        "house": "house,home", "lock": "lock,padlock,locked", "envelope": "envelope,mail,email", "violin": "violin", "chicken": "chicken,rooster,hen",
        "mouse": "mouse-animal,rat,mouse-face", "bear": "bear,teddy-bear", "saxophone": "saxophone,saxophon", "rose": "rose", "aubergine": "eggplant,aubergine",
        "snowflake": "snowflake,snow-flake", "whale": "whale,sperm-whale", "crocodile": "crocodile,crocodile-face,alligator,croc",
        "drum": "drum,drum-kit,snare-drum", "sock": "sock,socks", "cookie": "cookie,cookies", "cherries": "cherry,cherries", "bread": "bread,bread-slice,loaf,toast"}
# Matches that are something else (a company's logo, a pointing device, an American football, a cup of victory) or cannot be told;
# "*": all one-colour packs. Found by looking at contact sheets.
NOT = {k: set(v.split(",")) for k, v in {
    "*": "apple,mouse", "streamline-emojis": "apple,mouse", "streamline-ultimate-color": "mouse", "streamline-freehand-color": "mouse",
    "icon-park": "anchor,apple,mouse,palm tree,tree", "mdi": "cup,football,panda", "solar": "aeroplane,cup,football", "gravity-ui": "cup",
    "mingcute": "chicken,football,skateboard", "healthicons": "chicken", "streamline": "aeroplane", "rivet-icons": "aeroplane",
    "icon-park-solid": "aeroplane,anchor,palm tree,tree", "noto-v1": "tree", "emojione-monotone": "koala,tree", "carbon": "anchor,tree",
    "bi": "tree", "pixelarticons": "anchor,tree", "icon-park-twotone": "anchor,palm tree,tree", "game-icons": "palm tree",
    "hugeicons": "chips,football", "material-symbols": "chips,football", "tdesign": "chips", "iconoir": "axe,football", "tabler": "tie",
    "bxs": "key", "fa7-solid": "football", "ph": "football", "lucide-lab": "football", "ri": "football", "cil": "football",
    "ion": "football", "uil": "football", "stash": "football", "famicons": "football"}.items()}


def svg(text):
    data = resvg_py.svg_to_bytes(svg_string=text, width=2 * SIZE, height=2 * SIZE)
    return Image.open(io.BytesIO(bytes(data))).convert("RGBA")


def noto(cp):
    font = ImageFont.truetype("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf", 109)
    image = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(image).text((8, 8), chr(int(cp, 16)), font=font, embedded_color=True)
    return image


def names(category):
    """Hyphenated names an icon of this category may have."""
    words = [category["name"]] + category["synonyms"] + ALSO.get(category["name"], "").split(",")
    out = {w.replace(" ", "-") for w in words + category["slugs"] if w} - {"ball", "flower", "bag", "computer", "boat", "letter", "world"}
    return out | {w + "s" for w in out if not w.endswith("s")}


def bare(slug):
    """cat-bold-duotone, animal-cat, cat-01 -> cat"""
    parts = [p for p in slug.split("-") if not re.fullmatch(r"\d+[a-z]?|x", p)]
    while len(parts) > 1 and parts[-1] in AFTER:
        parts.pop()
    while len(parts) > 1 and parts[0] in BEFORE:
        parts.pop(0)
    return "-".join(parts)


class Pack:
    """One Iconify package; `find` gives up to `most` slugs of a category, the fullest drawings first."""
    def __init__(self, modules, name):
        folder = modules / "@iconify-json" / name
        data = json.loads((folder / "icons.json").read_text())
        self.name, self.icons = name, dict(data["icons"])
        for alias, v in data.get("aliases", {}).items():
            if v["parent"] in data["icons"] and not v.keys() & {"rotate", "hFlip", "vFlip"}:
                self.icons.setdefault(alias, data["icons"][v["parent"]])
        self.w, self.h = data.get("width", 16), data.get("height", 16)
        self.index = {}
        for slug in sorted(self.icons, key=lambda s: (-2 * ("duotone" in s or "color" in s) - ("fill" in s or "solid" in s or "bold" in s), len(s), s)):
            self.index.setdefault(bare(slug), []).append(slug)

    def find(self, category, most):
        if category["name"] in NOT.get(self.name, ()) or category["name"] in NOT.get("*" if self.name in MONO else "", ()):
            return []
        seen, lists = set(), [self.index.get(n, []) for n in sorted(names(category), key=lambda n: n != category["name"].replace(" ", "-"))]
        out = []
        for i in range(max(map(len, lists), default=0)):   # every name's first, then every name's second
            for slugs in lists:
                if i < len(slugs) and self.icons[slugs[i]]["body"] not in seen:
                    seen.add(self.icons[slugs[i]]["body"])
                    out.append(slugs[i])
        if self.name == "ph":   # six weights of one drawing: two of them
            out = [s for s in out if s.endswith(("-duotone", "-fill"))] or out
        return out[:most]

    def draw(self, slug):
        icon = self.icons[slug]
        return svg(f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                   f'viewBox="{icon.get("left", 0)} {icon.get("top", 0)} {icon.get("width", self.w)} {icon.get("height", self.h)}">'
                   f'{icon["body"]}</svg>')


def filled(image, rng):
    """A line drawing, coloured in: what the lines enclose gets one colour, the lines a darker one; None if it is no line drawing."""
    alpha = image.getchannel("A")
    grown = Image.new("L", (image.width + 8, image.height + 8))
    grown.paste(alpha.point(lambda a: 255 if a > 90 else 0), (4, 4))
    ImageDraw.floodfill(grown, (0, 0), 128)
    inside = grown.point(lambda v: 255 if v == 0 else 0).crop((4, 4, 4 + image.width, 4 + image.height))
    ink, hole = np.asarray(alpha).mean(), np.asarray(inside).mean()
    if hole < .6 * ink:
        return None
    hue = rng.integers(0, 256)
    fill = Image.new("HSV", image.size, (int(hue), int(rng.integers(20, 230)), int(rng.integers(150, 256)))).convert("RGBA")
    line = Image.new("HSV", image.size, (int(hue + rng.integers(-20, 20)) % 256, int(rng.integers(60, 230)), int(rng.integers(10, 110)))).convert("RGBA")
    fill.putalpha(inside)
    line.putalpha(alpha)
    return Image.alpha_composite(fill, line)


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


def main(modules, out, size=SIZE, *sets):
    global SIZE
    SIZE = int(size)
    modules, out = Path(modules), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)   # colours for line drawings
    packs = [Pack(modules, p) for p in COLOUR + MONO] if not sets or "train" in sets else []
    clips = [line.split("|") for line in (Path(__file__).parent / "openclipart.txt").read_text().splitlines() if line[0] != "#"]

    def training(category):
        """(source, one-colour?, image)"""
        for cp in category["codepoints"]:
            yield "noto", False, noto(cp)
            if (f := modules / "@twemoji/svg" / f"{cp}.svg").exists():
                yield "twemoji", False, svg(f.read_text())
        for n, f in clips:
            if n == category["name"]:
                yield "openclipart", False, Image.open(CLIPS / f).convert("RGBA")
        for pack in packs:
            for slug in pack.find(category, 4 if pack.name in COLOUR else 2):
                image = pack.draw(slug)
                if pack.name in COLOUR:
                    yield pack.name, False, image
                    continue
                coloured = filled(image, rng)
                if coloured is not None:
                    yield pack.name, False, coloured
                else:
                    yield pack.name, True, image

    def fluent(styles):
        def load(category):
            for style in styles:
                for slug in category["slugs"]:
                    if (f := modules / "fluentui-emoji/icons" / style / f"{slug}.svg").exists():
                        yield "fluent-" + style, False, svg(f.read_text())
        return load

    def renders(category):
        for cp in category["codepoints"]:
            for f in (f"{cp}.webp", f"{cp}-fe0f.webp"):
                if (f := modules / "@lobehub/fluent-emoji-3d/assets" / f).exists():
                    yield "fluent-3d", False, Image.open(f).convert("RGBA")
                    break

    for name, load in (("train", training), ("unseen", fluent(["flat", "modern"])), ("photo", renders)):
        if sets and name not in sets:
            continue
        sprites, labels, origin, mono = [], [], [], []
        for index, category in enumerate(CATEGORIES):
            got = set()
            for source, one, image in load(category):
                sprite = tidy(image)
                if sprite is not None and sprite.tobytes() not in got:
                    got.add(sprite.tobytes())
                    sprites.append(sprite), labels.append(index), origin.append(source), mono.append(one)
            new = mono[len(mono) - len(got):]
            print(name, category["name"], len(got), "in colour", len(got) - sum(new))
        np.savez(out / f"{name}.npz", sprites=np.stack(sprites), labels=np.array(labels), origin=np.array(origin), mono=np.array(mono))
        print(name, len(sprites), "sprites,", len(set(origin)), "sources")


if __name__ == "__main__":
    main(*sys.argv[1:])
