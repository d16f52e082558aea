"""Scenes of one to five drawn objects or coloured shapes on a background: layout and drawing. The words are in language.py.

usage: scenes.py ART.npz OUT.png     a contact sheet, what is said and asked about its first scenes, and the speed
"""
import io
import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backgrounds import NAMED, Backdrops
from categories import CATEGORIES, COLOUR_NAMES, COLOURS, NAMES, SHAPES
from language import CAPTION_PROMPT, CAPTION_PROMPTS, Language, canonical, plural   # (used by other modules from here)

CLASSES = 1 + len(NAMES) + len(SHAPES)   # per-patch classes: background, categories, shapes
SHAPE = 160                              # side of shapes' masks
# The nine places overlap nowhere: centres of things stay out of the strips between the cells
CELL = {0: (.0, .295), 1: (.375, .625), 2: (.705, 1.)}
SIZES = {1: (.3, .66), 2: (.25, .52), 3: (.23, .43), 4: (.22, .36), 5: (.21, .32)}   # share of the side, by number of things


def shape_mask(shape):
    big = SHAPE * 3
    image = Image.new("L", (big, big))
    draw, c = ImageDraw.Draw(image), big / 2
    poly = lambda points: draw.polygon([(c + x * c, c + y * c) for x, y in points], fill=255)
    if shape == "circle":
        draw.ellipse((0, 0, big, big), fill=255)
    elif shape == "ring":
        draw.ellipse((0, 0, big, big), fill=255)
        draw.ellipse((big * .25, big * .25, big * .75, big * .75), fill=0)
    elif shape == "square":
        draw.rectangle((big * .06, big * .06, big * .94, big * .94), fill=255)
    elif shape == "triangle":
        poly([(0, -.95), (1, .8), (-1, .8)])
    elif shape == "diamond":
        poly([(0, -1), (.75, 0), (0, 1), (-.75, 0)])
    elif shape == "cross":
        poly([(-.33, -1), (.33, -1), (.33, -.33), (1, -.33), (1, .33), (.33, .33), (.33, 1), (-.33, 1), (-.33, .33),
              (-1, .33), (-1, -.33), (-.33, -.33)])
    elif shape == "star":
        poly([(math.sin(i * math.pi / 5) * (1 if i % 2 == 0 else .42), .05 - math.cos(i * math.pi / 5) *
               (1 if i % 2 == 0 else .42)) for i in range(10)])
    elif shape == "heart":
        t = np.linspace(0, 2 * math.pi, 90)
        poly(list(zip(np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16)))
    else:
        raise ValueError(shape)
    return image.resize((SHAPE, SHAPE), Image.LANCZOS)


class Thing:
    def __init__(self, kind, colour, cx, cy, size):
        self.kind, self.colour, self.cx, self.cy, self.size = kind, colour, cx, cy, size
        self.place = 3 * min(2, int(cy * 3)) + min(2, int(cx * 3))
        self.area = size * size   # what is drawn of it, as a share of the picture: set by Generator.draw
        shape = kind - 1 - len(NAMES)
        self.noun = NAMES[kind - 1] if shape < 0 else SHAPES[shape]
        self.name = self.noun if colour is None else f"{colour} {self.noun}"
        if colour is None:
            self.accepted = [self.noun] + CATEGORIES[kind - 1]["synonyms"]
        else:
            self.accepted = [self.name] + (["gray " + self.noun] if colour == "grey" else [])


class Scene:
    def __init__(self, things, background, grey=False):
        """background: a name, or None for a photograph-like one of several colours; grey: drawn without colour"""
        self.things, self.background, self.grey = sorted(things, key=lambda t: t.place), background, grey

    def caption(self):
        return canonical(self)


def distort(image, how, amount, g=None):
    """What happens to pictures on their way: the same for training (random amounts) and the held-out set `robust`."""
    if how == "blur":
        return image.filter(ImageFilter.GaussianBlur(amount))
    if how == "jpeg":
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=amount)
        return Image.open(buffer).convert("RGB")
    if how == "noise":
        a = np.asarray(image, np.float32) + g.standard_normal((image.height, image.width, 3), np.float32) * amount
        return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))
    if how == "rotate":   # about the middle; the corners take the mean colour
        fill = tuple(int(v) for v in np.asarray(image).mean((0, 1)))
        return image.rotate(amount, Image.BILINEAR, fillcolor=fill)
    raise ValueError(how)


class Generator(Language):
    def __init__(self, art, seed, casual=True, photo=.22, crowd=False):
        """casual: some questions in careless spelling (training only); photo: share of photograph-like backgrounds;
        crowd: more things a picture (more to recognise at once, for pictures without text)"""
        super().__init__(random.Random(seed), casual)
        data = np.load(art)
        self.sprites, labels, origin, mono = data["sprites"], data["labels"], data["origin"], data["mono"]
        # One-colour icons are drawn in any colour; line drawings of the same packs come coloured in; the rest is art
        icon = np.isin(origin, np.unique(origin[mono])) & ~mono
        self.drawings = [[np.flatnonzero((labels == i) & kind) for kind in (~mono & ~icon, icon, mono)] for i in range(len(NAMES))]
        self.known = [i for i in range(len(NAMES)) if (labels == i).any()]   # categories that this art has
        self.mono = mono
        self.masks = [shape_mask(s) for s in SHAPES]
        self.np_rng, self.photo, self.crowd = np.random.default_rng(seed), photo, crowd
        self.backdrops = Backdrops(self.rng, self.np_rng)

    # ---- layout
    def spots(self, count):
        """Centres and sizes; few overlaps, and small ones."""
        r = self.rng
        close = .37 if r.random() < .2 else .48
        low, high = SIZES[count]
        for _ in range(60):
            found = []
            for place in r.sample(range(9), count):
                size = r.uniform(low, .85 if count == 1 and place == 4 else high)
                xy = []
                for cell in (place % 3, place // 3):
                    a, b = CELL[cell]
                    a, b = max(a, size / 2 - .03) if cell == 0 else a, min(b, 1.03 - size / 2) if cell == 2 else b
                    xy.append(r.uniform(a, b) if a < b else a if cell == 2 else b)
                found.append((*xy, size))
            if all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) > close * (a[2] + b[2]) for i, a in enumerate(found) for b in found[:i]):
                break
        return found

    def random_kind(self, background=None):
        """(kind, colour): a category, or in three of ten cases a shape that stands out from the background."""
        r = self.rng
        if r.random() < .7:
            return 1 + r.choice(self.known), None
        same = {"light blue": ("blue", "white", "grey"), "white": ("white", "grey"), "grey": ("grey",)}.get(background, (background,))
        return 1 + len(NAMES) + r.randrange(len(SHAPES)), r.choice([c for c in COLOUR_NAMES if c not in same])

    def layout(self):
        r = self.rng
        count = r.choices([1, 2, 3, 4, 5], [.05, .15, .3, .3, .2] if self.crowd else [.2, .35, .28, .11, .06])[0]
        grey = r.random() < .03
        background = (r.choice(["white", "grey", "black"]) if grey else None if r.random() < self.photo
                      else r.choice(list(NAMED)))
        out, used = [], set()
        twins = r.choice([2, 2, 2, 3]) if count > 1 and r.random() < .22 else 1   # several of one kind
        for i, (x, y, size) in enumerate(self.spots(count)):
            if 0 < i < twins:
                kind, colour = out[0].kind, out[0].colour
            else:
                for _ in range(50):
                    kind, colour = (1 + r.choice(self.known), None) if grey else self.random_kind(background)
                    if (kind, colour) not in used:
                        break
            used.add((kind, colour))
            out.append(Thing(kind, colour, x, y, size))
        return Scene(out, background, grey)

    # ---- drawing
    def hue(self, rgb, degrees):
        a = math.radians(degrees)
        c, s = math.cos(a), math.sin(a)
        m = np.array([[.299 + .701 * c + .168 * s, .587 - .587 * c + .330 * s, .114 - .114 * c - .497 * s],
                      [.299 - .299 * c - .328 * s, .587 + .413 * c + .035 * s, .114 - .114 * c + .292 * s],
                      [.299 - .3 * c + 1.25 * s, .587 - .588 * c - 1.05 * s, .114 + .886 * c - .203 * s]], np.float32)
        return rgb @ m.T

    def turned(self, image, strong, free):
        """Turned, sheared and stretched about its middle, on a canvas that has room for it."""
        r = self.rng
        degrees = r.uniform(-8, 8)   # (a square turned far is a diamond)
        if strong and free:
            degrees = r.uniform(-180, 180) if r.random() < .04 else r.gauss(0, 12)
        a, shear = math.radians(degrees), r.gauss(0, .12) if strong and free else 0
        room = min(1.42, abs(math.cos(a)) + abs(math.sin(a)) + abs(shear))
        w, h = math.ceil(image.width * room), math.ceil(image.height * room)
        m = (math.cos(a), math.sin(a) + shear, -math.sin(a), math.cos(a))
        return image.transform((w, h), Image.AFFINE, (
            m[0], m[1], image.width / 2 - m[0] * w / 2 - m[1] * h / 2,
            m[2], m[3], image.height / 2 - m[2] * w / 2 - m[3] * h / 2), Image.BILINEAR)

    def sprite(self, thing, side, strong, scene):
        r, g = self.rng, self.np_rng
        px = max(8, round(thing.size * side))
        free = thing.colour is None   # of a category: any colour will do
        mono = False   # (shapes)
        if free:
            group = r.choices(self.drawings[thing.kind - 1], [.92, .05, .03])[0]
            if not strong or not len(group):   # (held-out pictures show art, not icons)
                group = next(d for d in self.drawings[thing.kind - 1] if len(d))
            number = r.choice(group)
            image, mono = Image.fromarray(self.sprites[number]), self.mono[number]
        else:
            image = Image.new("RGBA", (SHAPE, SHAPE), tuple(int(v) for v in self.backdrops.colour(COLOURS[thing.colour], 12)) + (255,))
            image.putalpha(self.masks[thing.kind - 1 - len(NAMES)])
        if free and r.random() < .5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        stretch = r.uniform(.8, 1.25) if strong and free else 1
        image = image.resize((max(6, round(px * min(1, stretch))), max(6, round(px / max(1, stretch)))), Image.BILINEAR)
        if r.random() < .8:
            image = self.turned(image, strong, free)
        a = np.asarray(image, np.float32)
        rgb, alpha = a[..., :3], a[..., 3:] / 255
        if mono:   # in a colour that stands out
            base = np.array(NAMED.get(scene.background, (128, 128, 128)))
            rgb = np.broadcast_to(self.backdrops.colour(r.choice([c for c in COLOURS.values() if np.abs(base - c).sum() > 200])), rgb.shape)
        if r.random() < .3:   # light from above or from a side
            n = rgb.shape[r.randrange(2)]
            t = np.linspace(r.uniform(.72, 1), r.uniform(.72, 1.12 if free else 1), n, dtype=np.float32)
            rgb = rgb * (t[:, None, None] if n == rgb.shape[0] else t[None, :, None])
        if strong and free:
            p = r.random()
            if p < .4:
                rgb = self.hue(rgb, r.gauss(0, 15))
            elif p < .46:
                rgb = self.hue(rgb, r.uniform(-180, 180))
            elif p < .5:
                rgb = np.repeat(rgb.mean(-1, keepdims=True), 3, -1)
            elif p < .55:   # a tint
                rgb = rgb * r.uniform(.6, .9) + g.uniform(0, 255, 3).astype(np.float32) * r.uniform(.1, .4)
            elif p < .6:   # a material: structure of its own
                rgb = rgb + self.backdrops.noise(max(rgb.shape[:2]), 8, 2)[:rgb.shape[0], :rgb.shape[1], None] * r.uniform(10, 50)
            rgb = (rgb - 128) * r.uniform(.75, 1.25) + 128 + r.uniform(-22, 22)
            if r.random() < .05 and rgb.shape[0] > 12:   # a piece missing
                h, w = rgb.shape[0], rgb.shape[1]
                y, x = r.randrange(h), r.randrange(w)
                alpha = alpha.copy()
                alpha[max(0, y - h // 6):y + h // 6, max(0, x - w // 6):x + w // 6] = 0
            if r.random() < .12:   # a highlight, as on something round
                y, x = np.ogrid[-1:1:rgb.shape[0] * 1j, -1:1:rgb.shape[1] * 1j]
                light = np.exp(-((y - r.uniform(-.7, .2)) ** 2 + (x - r.uniform(-.6, .6)) ** 2) * r.uniform(2, 8)).astype(np.float32)
                rgb = rgb + light[..., None] * r.uniform(20, 110)
        return np.clip(rgb, 0, 255), alpha

    def paste(self, canvas, thing, scene, strong):
        """Draws one thing; what it covers, as a view and a mask."""
        r, side = self.rng, len(canvas)
        rgb, alpha = self.sprite(thing, side, strong, scene)
        h, w = alpha.shape[:2]
        x0, y0 = round(thing.cx * side - w / 2), round(thing.cy * side - h / 2)
        ax, ay, bx, by = max(0, -x0), max(0, -y0), min(w, side - x0), min(h, side - y0)
        part, al = rgb[ay:by, ax:bx], alpha[ay:by, ax:bx]
        window = slice(y0 + ay, y0 + by), slice(x0 + ax, x0 + bx)
        spot = canvas[window]
        p = r.random()
        ink = al.sum() + 1e-6
        hidden = np.abs((al * (part - spot)).sum((0, 1))).sum() < 75 * ink and np.abs(al * (part - spot)).sum() < 150 * ink
        if hidden or p < .06:   # hard to see without: parted from the background by a rim, light or dark, as stickers are
            rim = Image.fromarray((al[..., 0] * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3 if side < 200 else 5))
            spot += (np.asarray(rim, np.float32)[..., None] / 255) * ((255 if spot.mean() < 128 else 0) - spot) * (.9 if hidden else .6)
        elif p < (.4 if scene.background is None else .15):   # a soft shadow
            d = max(1, side // 40)
            sy, sx = (slice(w.start + d, min(side, w.stop + d)) for w in window)
            soft = np.asarray(Image.fromarray((al[..., 0] * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(d)), np.float32)
            canvas[sy, sx] *= 1 - soft[:max(0, sy.stop - sy.start), :max(0, sx.stop - sx.start), None] * (r.uniform(.1, .5) / 255)
        spot += al * (part - spot)
        return window, al[..., 0] > .5

    def draw(self, scene, side=128, strong=True):
        """uint8 image and an [8, 8] map: 0 background, i + 1 thing i. Sets the things' drawn areas."""
        r, g = self.rng, self.np_rng
        if scene.background is None:
            canvas = np.ascontiguousarray(self.backdrops.photo(side), np.float32)
        else:
            canvas = np.ascontiguousarray(self.backdrops.named(scene.background, side), np.float32)
        owner = np.zeros((side, side), np.uint8)
        for i, t in enumerate(scene.things):
            window, mask = self.paste(canvas, t, scene, strong)
            owner[window][mask] = i + 1
        for i, t in enumerate(scene.things):
            t.area = float((owner == i + 1).mean())
        if scene.grey:
            canvas = np.repeat(canvas @ np.array([.3, .59, .11], np.float32)[:, None], 3, -1)
        if strong:
            if r.random() < .4:
                canvas = (canvas - 128) * r.uniform(.8, 1.12) + 128 + r.uniform(-14, 14)
            if r.random() < .15:   # warm or cold light
                canvas = canvas * g.uniform(.92, 1.06, 3).astype(np.float32)
        image = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
        if strong:
            image, owner = self.worn(image, owner)
        blocks = np.stack([(owner == i + 1).reshape(8, side // 8, 8, side // 8).mean((1, 3)) for i in range(len(scene.things))])
        cover = np.concatenate([np.full((1, 8, 8), .28), blocks])
        return np.asarray(image), cover.argmax(0)

    def worn(self, image, owner):
        """A picture as it arrives from others: turned, blurred, noisy, scaled, compressed."""
        r, side = self.rng, image.width
        if r.random() < .15:
            a = r.uniform(-18, 18)
            image, owner = distort(image, "rotate", a), np.asarray(Image.fromarray(owner).rotate(a))
        p = r.random()
        if p < .1:
            image = distort(image, "blur", r.uniform(.3, 1.6))
        elif p < .16:
            image = image.filter(ImageFilter.UnsharpMask(1.5, 80, 0))
        elif p < .24:
            s = r.randrange(60, 128) * side // 128
            image = image.resize((s, s), Image.BILINEAR).resize((side, side), Image.BILINEAR)
        if r.random() < .15:
            image = distort(image, "noise", r.choice([r.uniform(1, 9), r.uniform(5, 20)]), self.np_rng)
        if r.random() < .25:
            image = distort(image, "jpeg", r.randrange(30, 95))
        return image, owner


def sheet(gen, path, strong=True, told=12, side=128, across=10, down=6):
    image = Image.new("RGB", (side * across, side * down))
    for i in range(across * down):
        scene = gen.layout()
        image.paste(Image.fromarray(gen.draw(scene, side, strong)[0]), (i % across * side, i // across * side))
        if i < told:
            print(i, scene.caption(), "\n    ", gen.describe(scene), *("\n     " + str(gen.question(scene)[:3]) for _ in range(5)))
    image.save(path)


if __name__ == "__main__":
    import sys
    import time
    generator = Generator(sys.argv[1], 1)
    sheet(generator, sys.argv[2])
    start = time.time()
    for _ in range(400):
        one = generator.layout()
        generator.draw(one)
        for _ in range(5):
            generator.question(one)
    print((time.time() - start) / 400 * 1000, "ms a scene")
