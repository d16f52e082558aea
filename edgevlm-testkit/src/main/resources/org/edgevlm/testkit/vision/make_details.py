"""Makes detail-*: JPEGs with subsampled chroma, progressive and not, and a lossy WebP, and their
pixels as another decoder than the JDK's and OpenCV's sees them (Pillow 12 with its own
libjpeg-turbo and libwebp). The picture is made here; nobody else has rights in it. Run it in this folder.
"""

import io
import math

from PIL import Image

WIDTH, HEIGHT = 61, 45


def pixel(x, y):
    wave = 127 + 120 * math.sin(x / 5.0 + y / 9.0)
    disc = 255 if (x - 40) ** 2 + (y - 20) ** 2 < 150 else 30
    return int(wave), disc, int(255 * y / HEIGHT) ^ (64 if x % 16 < 8 else 0)


picture = Image.new("RGB", (WIDTH, HEIGHT))
picture.putdata([pixel(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
for name, subsampling, progressive in (("420", 2, False), ("422", 1, False), ("420p", 2, True)):
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=85, subsampling=subsampling, progressive=progressive)
    with open(f"detail-{name}.jpg", "wb") as file:
        file.write(data.getvalue())
    Image.open(data).convert("RGB").save(f"detail-{name}.png", optimize=True)

data = io.BytesIO()
picture.save(data, "WEBP", quality=80, method=6)
with open("detail-lossy.webp", "wb") as file:
    file.write(data.getvalue())
Image.open(data).convert("RGB").save("detail-lossy.png", optimize=True)
