"""Scenes of one to three drawn objects or coloured shapes on a background, with captions and questions."""
import io
import math
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from categories import (CATEGORIES, COLOUR_NAMES, COLOURS, NAMES, NUMBERS, PLACE_SYNONYMS, PLACES, SHAPES, article, at)

CLASSES = 1 + len(NAMES) + len(SHAPES)   # per-patch classes: background, categories, shapes
BACKGROUNDS = {**COLOURS, "light blue": (170, 212, 245)}
CAPTION_PROMPT = "Describe the image."
CAPTION_PROMPTS = [CAPTION_PROMPT] * 3 + ["Describe this image.", "Describe the picture.", "What is in the picture?",
                   "What is in the image?", "Caption this image.", "What do you see?", "What can you see in this image?",
                   "Describe the scene.", "Describe the image briefly.", "Write a caption."]


def shape_mask(shape, side=160):
    big = side * 3
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
    else:  # heart
        t = np.linspace(0, 2 * math.pi, 90)
        poly(list(zip(np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16)))
    return image.resize((side, side), Image.LANCZOS)


class Thing:
    def __init__(self, kind, colour, cx, cy, size):
        self.kind, self.colour, self.cx, self.cy, self.size = kind, colour, cx, cy, size
        self.place = 3 * min(2, int(cy * 3)) + min(2, int(cx * 3))
        shape = kind - 1 - len(NAMES)
        self.noun = NAMES[kind - 1] if shape < 0 else SHAPES[shape]
        self.name = self.noun if colour is None else f"{colour} {self.noun}"
        if colour is None:
            self.accepted = [self.noun] + CATEGORIES[kind - 1]["synonyms"]
        else:
            self.accepted = [self.name] + (["gray " + self.noun] if colour == "grey" else [])


class Scene:
    def __init__(self, things, background):
        self.things, self.background = sorted(things, key=lambda t: t.place), background

    def caption(self):
        parts = [f"{article(t.name)} {at(PLACES[t.place])}" for t in self.things]
        text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
        return f"{text}, on a{'n' if self.background == 'orange' else ''} {self.background} background."


class Generator:
    def __init__(self, art, seed):
        data = np.load(art)
        self.sprites = data["sprites"]
        labels = data["labels"]
        self.mono = np.isin(data["origin"], ["mdi", "game-icons", "fa6-solid"])
        self.by_class = [np.flatnonzero((labels == i) & ~self.mono) for i in range(len(NAMES))]
        self.mono_by_class = [np.flatnonzero((labels == i) & self.mono) for i in range(len(NAMES))]
        self.masks = [shape_mask(s) for s in SHAPES]
        self.rng = random.Random(seed)
        self.np_rng = np.random.default_rng(seed)

    # ---- layout
    def layout(self):
        r = self.rng
        count = r.choices([1, 2, 3], [.2, .42, .38])[0]
        background = r.choice(list(BACKGROUNDS))
        for _ in range(50):
            things = []
            for place in r.sample(range(9), count):
                top = {1: .8 if place == 4 else .6, 2: .5, 3: .42}[count]
                size = r.uniform(.27 if count > 1 else .32, top)
                xy = []
                for cell in (place % 3, place // 3):
                    low, high = (size / 2 - .02, .305) if cell == 0 else (.695, 1.02 - size / 2) if cell == 2 else (.365, .635)
                    low, high = (low, high) if low < high else ((low + high) / 2,) * 2
                    xy.append(r.uniform(low, high))
                things.append((*xy, size))
            if all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) > .47 * (a[2] + b[2]) for i, a in enumerate(things) for b in things[:i]):
                break
        out, used = [], set()
        twin = count > 1 and r.random() < .15
        for i, (x, y, size) in enumerate(things):
            if twin and i == 1:
                kind, colour = out[0].kind, out[0].colour
            else:
                for _ in range(50):
                    if r.random() < .3:
                        kind = 1 + len(NAMES) + r.randrange(len(SHAPES))
                        colour = r.choice([c for c in COLOUR_NAMES if c != background and not
                                           (background == "light blue" and c in ("blue", "white", "grey"))])
                    else:
                        kind, colour = 1 + r.randrange(len(NAMES)), None
                    if (kind, colour) not in used:
                        break
            used.add((kind, colour))
            out.append(Thing(kind, colour, x, y, size))
        return Scene(out, background)

    # ---- drawing
    def colour(self, rgb, spread=14):
        return np.clip(np.array(rgb, np.float32) + self.np_rng.uniform(-spread, spread, 3), 0, 255)

    def backdrop(self, name, side):
        g, r = self.np_rng, self.rng
        base = self.colour(BACKGROUNDS[name])
        other = np.clip(base + g.uniform(-22, 22) + g.uniform(-6, 6, 3), 0, 255)
        style = r.random()
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
        if style < .4:
            return np.broadcast_to(base, (side, side, 3)).copy()
        if style < .65:
            a = r.uniform(0, 6.28)
            t = (x * math.cos(a) + y * math.sin(a) + 1) / 2.4
        elif style < .8:
            a, f = r.uniform(0, 6.28), r.uniform(3, 14)
            t = (np.sin((x * math.cos(a) + y * math.sin(a)) * f * 6.28) > r.uniform(-.5, .5)).astype(np.float32) * .6
        elif style < .9:
            f = r.uniform(4, 12)
            t = ((np.sin(x * f * 6.28) * np.sin(y * f * 6.28)) > .3).astype(np.float32) * .7
        else:
            n = r.choice([4, 8, 16, 32])
            small = Image.fromarray((g.random((n, n)) * 255).astype(np.uint8))
            t = np.asarray(small.resize((side, side), Image.BICUBIC), np.float32) / 255
        return base + (other - base) * t[..., None]

    def hue(self, rgb, degrees):
        a = math.radians(degrees)
        c, s = math.cos(a), math.sin(a)
        m = np.array([[.299 + .701 * c + .168 * s, .587 - .587 * c + .330 * s, .114 - .114 * c - .497 * s],
                      [.299 - .299 * c - .328 * s, .587 + .413 * c + .035 * s, .114 - .114 * c + .292 * s],
                      [.299 - .3 * c + 1.25 * s, .587 - .588 * c - 1.05 * s, .114 + .886 * c - .203 * s]], np.float32)
        return rgb @ m.T

    def sprite(self, thing, side, strong, background):
        r = self.rng
        px = max(8, round(thing.size * side))
        if thing.colour is None:
            mono = strong and len(self.mono_by_class[thing.kind - 1]) and r.random() < .1
            image = Image.fromarray(self.sprites[r.choice((self.mono_by_class if mono else self.by_class)[thing.kind - 1])])
            if mono:
                alpha = image.getchannel("A")
                base = np.array(BACKGROUNDS[background])
                far = [c for c in COLOURS.values() if np.abs(np.array(c) - base).sum() > 200]
                image = Image.new("RGBA", image.size, tuple(int(v) for v in self.colour(r.choice(far))) + (255,))
                image.putalpha(alpha)
        else:
            image = Image.new("RGBA", (160, 160), tuple(int(v) for v in self.colour(COLOURS[thing.colour], 12)) + (255,))
            if r.random() < .3:   # shading
                t = np.linspace(1, r.uniform(.78, 1), 160)[:, None, None] * np.asarray(image, np.float32)
                image = Image.fromarray(t.astype(np.uint8))
            image.putalpha(self.masks[thing.kind - 1 - len(NAMES)])
        turn = r.gauss(0, 12) if strong else r.uniform(-8, 8)
        if r.random() < .5 and thing.colour is None:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        stretch = r.uniform(.8, 1.25) if strong and thing.colour is None else 1
        if r.random() < .8:   # turn and shear about the middle
            a, c = math.radians(turn), image.width / 2
            shear = r.gauss(0, .12) if strong and thing.colour is None else 0
            m = (math.cos(a), math.sin(a) + shear, -math.sin(a), math.cos(a))
            image = image.transform(image.size, Image.AFFINE, (m[0], m[1], c - m[0] * c - m[1] * c,
                                                               m[2], m[3], c - m[2] * c - m[3] * c), Image.BILINEAR)
        image = image.resize((max(6, round(px * min(1, stretch))), max(6, round(px / max(1, stretch)))), Image.BILINEAR)
        a = np.asarray(image, np.float32)
        rgb, alpha = a[..., :3], a[..., 3:] / 255
        if strong and thing.colour is None:
            p = r.random()
            if p < .5:
                rgb = self.hue(rgb, r.gauss(0, 18))
            elif p < .62:
                rgb = self.hue(rgb, r.uniform(-180, 180))
            elif p < .67:
                rgb = np.repeat(rgb.mean(-1, keepdims=True), 3, -1)
            elif p < .75:   # a tint
                rgb = rgb * r.uniform(.6, .9) + self.np_rng.uniform(0, 255, 3) * r.uniform(.1, .4)
            rgb = (rgb - 128) * r.uniform(.65, 1.3) + 128 + r.uniform(-35, 35)
            if r.random() < .12 and rgb.shape[0] > 12:   # a piece missing
                h, w = rgb.shape[0], rgb.shape[1]
                y, x = r.randrange(h), r.randrange(w)
                alpha = alpha.copy()
                alpha[max(0, y - h // 6):y + h // 6, max(0, x - w // 6):x + w // 6] = 0
            if r.random() < .2:
                rgb = rgb * np.linspace(r.uniform(.7, 1), r.uniform(.7, 1.15), rgb.shape[0], dtype=np.float32)[:, None, None]
        return np.clip(rgb, 0, 255), alpha

    def draw(self, scene, side=128, strong=True):
        """uint8 image and an [8, 8] map: 0 background, i + 1 thing i."""
        r, g = self.rng, self.np_rng
        canvas = self.backdrop(scene.background, side)
        cover = np.zeros((len(scene.things) + 1, 8, 8), np.float32)
        for i, t in enumerate(scene.things):
            rgb, alpha = self.sprite(t, side, strong, scene.background)
            h, w = alpha.shape[:2]
            x0, y0 = round(t.cx * side - w / 2), round(t.cy * side - h / 2)
            ax, ay = max(0, -x0), max(0, -y0)
            bx, by = min(w, side - x0), min(h, side - y0)
            part, al = rgb[ay:by, ax:bx], alpha[ay:by, ax:bx]
            spot = canvas[y0 + ay:y0 + by, x0 + ax:x0 + bx]
            if r.random() < .1:   # a thin dark or light outline parts the drawing from its background
                spot += (al > .02) * (part.mean() - 160) * .2
            spot += al * (part - spot)
            mask = np.zeros((side, side), np.float32)
            mask[y0 + ay:y0 + by, x0 + ax:x0 + bx] = al[..., 0]
            cover[i + 1] = mask.reshape(8, side // 8, 8, side // 8).mean((1, 3))
        cover[0] = .28
        image = np.clip(canvas, 0, 255)
        if strong:
            if r.random() < .3:
                image = np.clip(image + g.normal(0, r.uniform(1, 9), image.shape), 0, 255)
            if r.random() < .4:
                image = np.clip((image - 128) * r.uniform(.85, 1.1) + 128 + r.uniform(-10, 10), 0, 255)
        image = Image.fromarray(image.astype(np.uint8))
        if strong:
            p = r.random()
            if p < .15:
                image = image.filter(ImageFilter.GaussianBlur(r.uniform(.3, 1.1)))
            elif p < .25:
                image = image.filter(ImageFilter.UnsharpMask(1.5, 80, 0))
            elif p < .35:
                s = r.randrange(72, 128)
                image = image.resize((s, s), Image.BILINEAR).resize((side, side), Image.BILINEAR)
            if r.random() < .25:
                buffer = io.BytesIO()
                image.save(buffer, "JPEG", quality=r.randrange(45, 95))
                image = Image.open(buffer).convert("RGB")
        return np.asarray(image), cover.argmax(0)

    # ---- questions: (kind, question, answer, accepted answers)
    def question(self, scene, kind=None):
        r = self.rng
        for _ in range(30):
            k = kind or r.choices(["what", "where", "count", "colour", "yesno"], [.24, .26, .12, .14, .24])[0]
            found = getattr(self, "ask_" + k)(scene)
            if found:
                return (k, *found)
        return ("count", *self.ask_count(scene))

    def unique(self, scene):
        return [t for t in scene.things if sum(u.name == t.name for u in scene.things) == 1]

    def the(self, scene, t):
        """'the red star', or 'the star' when there is one only."""
        if t.colour and sum(u.noun == t.noun for u in scene.things) == 1 and self.rng.random() < .5:
            return "the " + t.noun
        return "the " + t.name

    def ask_what(self, scene):
        r = self.rng
        t = r.choice(scene.things)
        places = [u.place for u in scene.things]
        if places.count(t.place) > 1:
            return None
        options = [t.place]
        col, row = t.place % 3, t.place // 3
        if col != 1 and row != 1 and r.random() < .3:     # "on the left" also for what is at the top left, if alone there
            for wide, same in ((3 + col, [p for p in places if p % 3 == col]), (3 * row + 1, [p for p in places if p // 3 == row])):
                if len(same) == 1:
                    options.append(wide)
        place = at(PLACES[r.choice(options)])
        q = r.choice(["What is {}?", "What is {}?", "What is {} of the image?", "What object is {}?", "Which object is {}?"])
        if " of the " in q and place.startswith("in the"):
            q = "What is {}?"
        return q.format(place), article(t.name), t.accepted

    def ask_where(self, scene):
        known = self.unique(scene)
        if not known:
            return None
        t = self.rng.choice(known)
        place = PLACES[t.place]
        words = [place] + PLACE_SYNONYMS.get(place, [])
        verb = "are" if t.noun in ("grapes", "cherries", "scissors", "glasses", "jeans") else "is"
        q = self.rng.choice(["Where {} {}?", "Where {} {}?", "Where in the image {} {}?"])
        return q.format(verb, self.the(scene, t)), place, words + [at(w) for w in words] + [at(w)[3:] for w in words]

    def ask_count(self, scene):
        r = self.rng
        p = r.random()
        if p < .45:
            n, q = len(scene.things), r.choice(["How many objects are there?", "How many things are there?",
                                                 "How many objects are in the image?"])
        elif p < .6:
            n = sum(t.colour is not None for t in scene.things)
            q = "How many coloured shapes are there?"
        else:
            t = r.choice(scene.things)
            twins = [u for u in scene.things if sum(v.name == u.name for v in scene.things) > 1]
            if twins and r.random() < .7:
                t = twins[0]
            n = sum(u.name == t.name for u in scene.things)
            name = t.name
            if r.random() < .12:
                name = r.choice(NAMES)
                n = sum(u.name == name for u in scene.things)
            q = f"How many {plural(name)} are there?"
        return q, NUMBERS[n], [NUMBERS[n], str(n)] + (["none", "no"] if n == 0 else [])

    def ask_colour(self, scene):
        r = self.rng
        shapes = [t for t in scene.things if t.colour and sum(u.noun == t.noun for u in scene.things) == 1]
        word = r.choice(["colour", "color"])
        if shapes and r.random() < .75:
            t = r.choice(shapes)
            q, c = r.choice([f"What {word} is the {t.noun}?", f"Which {word} is the {t.noun}?"]), t.colour
        else:
            q, c = f"What {word} is the background?", scene.background
        return q, c, [c] + (["gray"] if c == "grey" else [])

    def ask_yesno(self, scene):
        r = self.rng
        yes, p = r.random() < .5, r.random()
        names = {t.name for t in scene.things} | {t.noun for t in scene.things}
        if p < .5:
            if yes:
                t = r.choice(scene.things)
                name = t.noun if t.colour and r.random() < .4 else t.name
            else:
                for _ in range(50):
                    name = r.choice(NAMES) if r.random() < .7 else f"{r.choice(COLOUR_NAMES)} {r.choice(SHAPES)}"
                    if name not in names:
                        break
                else:
                    return None
            from categories import PLURAL
            q = f"{'Are' if name in PLURAL else 'Is'} there {article(name)}{r.choice(['', '', ' in the image', ' in the picture'])}?"
        elif p < .72:
            known = self.unique(scene)
            if not known:
                return None
            t = r.choice(known)
            place = t.place if yes else r.choice([x for x in range(9) if x != t.place])
            q = f"Is {self.the(scene, t)} {at(PLACES[place])}?"
        elif p < .88:
            known = self.unique(scene)
            if len(known) < 2:
                return None
            a, b = r.sample(known, 2)
            dx, dy = a.cx - b.cx, a.cy - b.cy
            words = (["left of", "right of"] if abs(dx) > .25 else []) + (["above", "below"] if abs(dy) > .25 else [])
            if not words:
                return None
            w = r.choice(words)
            yes = {"left of": dx < 0, "right of": dx > 0, "above": dy < 0, "below": dy > 0}[w]
            q = f"Is the {a.name} {'to the ' if 'of' in w and r.random() < .5 else ''}{w} the {b.name}?"
        else:
            c = scene.background if yes else r.choice([c for c in COLOUR_NAMES if c not in scene.background])
            q = f"Is the background {c}?"
        answer = "yes" if yes else "no"
        return q, answer, [answer]


def plural(name):
    from categories import MASS, PLURAL
    if name in PLURAL or name in MASS or name in ("sheep", "fish"):
        return name
    irregular = {"mouse": "mice", "cactus": "cacti", "octopus": "octopuses", "snowman": "snowmen", "trophy": "trophies",
                 "strawberry": "strawberries", "butterfly": "butterflies"}
    if name in irregular:
        return irregular[name]
    return name + ("es" if name[-1] in "sxo" and name != "photo" or name.endswith(("ch", "sh")) else "s")


if __name__ == "__main__":   # a contact sheet and the speed
    import sys, time
    gen = Generator(sys.argv[1], 1)
    sheet = Image.new("RGB", (128 * 10, 128 * 6))
    start = time.time()
    for i in range(60):
        scene = gen.layout()
        image, labels = gen.draw(scene)
        qs = [gen.question(scene) for _ in range(4)]
        sheet.paste(Image.fromarray(image), (i % 10 * 128, i // 10 * 128))
        if i < 12:
            print(scene.caption(), qs)
    print((time.time() - start) / 60 * 1000, "ms a scene")
    sheet.save(sys.argv[2])
