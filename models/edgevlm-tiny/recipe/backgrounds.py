"""Backgrounds of scenes: of one named colour (plain, graded, patterned, textured), or photograph-like ones of none.

All are made of a few small random arrays scaled up, which costs a fraction of a millisecond.
"""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from categories import COLOURS

NAMED = {**COLOURS, "light blue": (170, 212, 245)}
# Base colours of photograph-like backgrounds: skies, grounds, walls, fabrics, woods, leaves
SKIES = [(120, 170, 225), (165, 200, 235), (210, 218, 226), (240, 190, 140), (95, 115, 160), (40, 50, 90), (225, 200, 205)]
GROUNDS = [(95, 130, 60), (70, 100, 50), (140, 150, 80), (190, 170, 125), (120, 95, 70), (110, 110, 110), (70, 110, 140), (225, 228, 232)]
WALLS = [(205, 195, 180), (175, 180, 185), (225, 220, 210), (150, 160, 150), (190, 160, 140), (110, 120, 140), (90, 80, 75)]
FLOORS = [(150, 105, 65), (110, 75, 45), (185, 150, 110), (80, 70, 65), (165, 160, 155), (130, 60, 50)]
MIXED = SKIES + GROUNDS + WALLS + FLOORS


class Backdrops:
    def __init__(self, rng, np_rng):
        self.r, self.g, self.grids = rng, np_rng, {}

    def grid(self, side):
        if side not in self.grids:
            self.grids[side] = np.mgrid[0:side, 0:side].astype(np.float32) / side
        return self.grids[side]

    def colour(self, rgb, spread=14):
        return np.clip(np.array(rgb, np.float32) + self.g.uniform(-spread, spread, 3), 0, 255).astype(np.float32)

    def up(self, small, side, how=Image.BICUBIC):
        """A small uint8 array scaled to side x side, as float32."""
        return np.asarray(Image.fromarray(small).resize((side, side), how), np.float32)

    def noise(self, side, first=4, octaves=3, aspect=1):
        """Multi-octave noise about 0, within about -1 to 1; `aspect` > 1 draws it out along x (streaks)."""
        total, weight = np.zeros((side, side), np.float32), 0
        for o in range(octaves):
            n = min(side, first << o)
            small = self.g.integers(0, 256, (n, max(1, round(n / aspect))), dtype=np.uint8)
            total += self.up(small, side) * .6 ** o
            weight += .6 ** o
        return total / (127.5 * weight) - 1

    def named(self, name, side):
        """Everything in it would be called by this one colour."""
        g, r = self.g, self.r
        base = self.colour(NAMED[name])
        style = r.random()
        if style < .32:
            return np.broadcast_to(base, (side, side, 3)).copy()
        other = np.clip(base + g.uniform(-24, 24) + g.uniform(-6, 6, 3), 0, 255).astype(np.float32)
        y, x = self.grid(side)
        if style < .52:      # graded
            a = r.uniform(0, 6.28)
            t = (x * math.cos(a) + y * math.sin(a) + 1) / 2.4
        elif style < .64:    # stripes
            a, f = r.uniform(0, 6.28), r.uniform(3, 14)
            t = (np.sin((x * math.cos(a) + y * math.sin(a)) * f * 6.28) > r.uniform(-.5, .5)) * .6
        elif style < .72:    # checks or dots
            f = r.uniform(4, 12)
            t = ((np.sin(x * f * 6.28) * np.sin(y * f * 6.28)) > r.choice([0, .3])) * .7
        elif style < .82:    # soft light from one side, as on a wall
            t = np.sqrt((x - r.random()) ** 2 + (y - r.random()) ** 2)
        elif style < .9:     # patches
            t = self.noise(side, r.choice([3, 4, 8]), 2) * .5 + .5
        else:                # wood, fabric, paper
            t = self.noise(side, r.choice([16, 32, 64]), 2, r.choice([1, 1, 6, 12])) * .8 + .5
            t = t.T if r.random() < .4 else t
        return base + (other - base) * t[..., None].astype(np.float32)

    def grey(self, side):
        """For pictures without colour."""
        v = self.noise(side, 3, 2) * self.r.uniform(2, 20)
        return v

    # ---- photograph-like: several colours, soft structure, light
    def photo(self, side):
        r = self.r
        canvas = r.choice([self.fields, self.horizon, self.bokeh, self.room, self.leaves])(side)
        y, x = self.grid(side)
        if r.random() < .5:  # light falls off towards the corners, or from a side
            cx, cy = r.uniform(.2, .8), r.uniform(.2, .8)
            canvas *= (1.1 - r.uniform(.1, .6) * ((x - cx) ** 2 + (y - cy) ** 2))[..., None]
        grain = r.uniform(0, 7)
        if grain > 2:
            canvas += self.g.normal(0, grain, (side, side, 1)).astype(np.float32)
        grey = canvas.mean(-1, keepdims=True)
        return grey + (canvas - grey) * r.uniform(.4, 1.15) + r.uniform(-20, 20)

    def any(self, palette=MIXED, spread=22):
        return self.colour(self.r.choice(palette), spread)

    def fields(self, side):
        """Fields of colour out of focus."""
        n = self.r.choice([2, 3, 3, 4, 5])
        small = np.stack([self.any(MIXED, 30) for _ in range(n * n)]).reshape(n, n, 3).astype(np.uint8)
        canvas = np.asarray(Image.fromarray(small).resize((side, side), Image.BICUBIC), np.float32).copy()
        return canvas + self.noise(side, 8, 2)[..., None] * self.r.uniform(0, 18)

    def horizon(self, side):
        """Sky above, ground below."""
        r = self.r
        y, x = self.grid(side)
        top, low, ground, near = self.any(SKIES), self.any(SKIES), self.any(GROUNDS), self.any(GROUNDS)
        line = r.uniform(.3, .75) + self.noise(side, r.choice([2, 3, 5]), 2)[0] * r.choice([.0, .02, .08])
        t = (y / .75)[..., None]
        sky = top + (low - top) * t
        if r.random() < .5:  # clouds
            sky += np.clip(self.noise(side, 3, 3, .6), 0, 1)[..., None] * r.uniform(20, 90)
        ground = ground + (near - ground) * np.clip((y - .4) * 1.6, 0, 1)[..., None] * r.random()
        ground = ground + self.noise(side, r.choice([8, 16, 32]), 2, r.choice([1, 3, 6]))[..., None] * r.uniform(5, 40)
        soft = np.clip((y - line) * side / r.choice([1, 3, 8]) + .5, 0, 1)[..., None]
        return sky + (ground - sky) * soft

    def bokeh(self, side):
        """Lights out of focus."""
        r = self.r
        n = side // 2        # half the size: it is soft anyway
        image = Image.fromarray(np.stack([self.any() * r.uniform(.25, 1) for _ in range(4)]).reshape(2, 2, 3).astype(np.uint8))
        image = image.resize((n, n), Image.BICUBIC)
        draw = ImageDraw.Draw(image, "RGBA")
        for _ in range(r.randrange(5, 18)):
            x, y, size = r.uniform(0, n), r.uniform(0, n), n * r.uniform(.03, .13)
            draw.ellipse((x - size, y - size, x + size, y + size),
                         fill=tuple(int(v) for v in np.clip(self.any(MIXED, 40) * 1.2, 0, 255)) + (r.randrange(40, 170),))
        image = image.filter(ImageFilter.GaussianBlur(r.uniform(.5, 2.5))).resize((side, side), Image.BILINEAR)
        return np.asarray(image, np.float32).copy()

    def room(self, side):
        """A wall, and a floor or a table's top with its grain."""
        r = self.r
        y, x = self.grid(side)
        a = r.uniform(0, 6.28)
        wall = self.any(WALLS) + ((x * math.cos(a) + y * math.sin(a)) * r.uniform(0, 50))[..., None]
        if r.random() < .35:  # a window, a door or a picture, out of focus
            x0, y0, w, h = r.uniform(-.1, .8), r.uniform(-.1, .4), r.uniform(.15, .5), r.uniform(.2, .7)
            inside = np.clip((w / 2 - np.abs(x - x0 - w / 2)) * 25, 0, 1) * np.clip((h / 2 - np.abs(y - y0 - h / 2)) * 25, 0, 1)
            wall = wall + (self.any() - wall) * (inside * r.uniform(.3, .9))[..., None]
        floor = self.any(FLOORS) + self.noise(side, r.choice([16, 32]), 2, r.choice([1, 6, 12]))[..., None] * r.uniform(4, 30)
        edge = np.clip((y - r.uniform(.35, .85) - (x - .5) * r.uniform(-.2, .2)) * side / r.choice([2, 6]) + .5, 0, 1)
        return wall + (floor - wall) * edge[..., None]

    def leaves(self, side):
        """Grass, leaves, gravel, fur: two or three colours in fine, irregular structure."""
        r = self.r
        a, b, c = self.any(), self.any(), self.any()
        t = np.clip(self.noise(side, r.choice([4, 8, 16]), 3, r.choice([1, 1, 3])) * r.uniform(.8, 1.8) + .5, 0, 1)
        t = (t.T if r.random() < .5 else t)[..., None]
        u = np.clip(self.noise(side, 2, 2) * 1.2 + .4, 0, 1)[..., None]
        return (a + (b - a) * t) * (1 - u * .6) + c * u * .6
