"""Makes the pictures here, on which the vision plugins are compared with each other. Everything is
computed below, so nobody else has rights in it; the pictures are given away under CC0 1.0. Needs
Pillow 12 and NumPy. Run it in this folder.
"""

import numpy as np
from PIL import Image

W, H = 320, 214
rng = np.random.default_rng(7)


def landscape(width, height):
    """Sky, hills with texture, a sun, and boards of strong colours with sharp edges."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    sky = np.stack([90 + 90 * y / height, 140 + 60 * y / height, 235 - 30 * y / height], -1)
    picture = sky
    for shift, colour in ((0.0, (70, 110, 60)), (0.15, (40, 90, 35)), (0.3, (90, 70, 40))):
        line = height * (0.5 + shift + 0.07 * np.sin(x / width * (9 + 20 * shift) + 4 * shift))
        texture = rng.normal(0, 14, (height, width, 1))
        hill = np.array(colour) + texture + 30 * (y / height)[..., None]
        picture = np.where((y > line)[..., None], hill, picture)
    sun = (x - 0.8 * width) ** 2 + (y - 0.2 * height) ** 2 < (0.08 * height) ** 2
    picture[sun] = (255, 240, 120)
    for i, colour in enumerate(((230, 20, 20), (20, 40, 220), (250, 230, 0), (255, 255, 255))):
        left = int(width * (0.08 + 0.13 * i))
        picture[int(0.62 * height) : int(0.8 * height), left : left + width // 12] = colour
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8), "RGB")


scene = landscape(W, H)
scene.save("subsampled.jpg", quality=85, subsampling=2)
scene.save("progressive.jpg", quality=85, subsampling=1, progressive=True)
scene.save("fine.jpg", quality=95, subsampling=0)
scene.convert("L").save("grey.jpg", quality=85)
scene.convert("CMYK").save("cmyk.jpg", quality=90)
exif = Image.Exif()
exif[0x0112] = 6
scene.save("turned.jpg", quality=80, exif=exif)
scene.save("lossy.webp", quality=80, method=6)

small = landscape(160, 107)
small.save("lossless.webp", lossless=True, method=6)
small.save("plain.bmp")
small.quantize(60).save("palette.png", optimize=True)
alpha = np.linspace(0, 255, 160).astype(np.uint8)[None, :].repeat(107, 0)
small.putalpha(Image.fromarray(alpha, "L"))
small.save("transparent.png", optimize=True)
small.save("transparent.webp", quality=80, method=6)
wide = np.linspace(0, 65535, 160 * 40).reshape(40, 160).astype(np.uint16)
Image.fromarray(wide).save("wide.png", optimize=True)
