"""Makes cmyk.jpg and ycck.jpg, which no writer on the Java side can. Needs Pillow 12; run it here.

Four flat blocks of 16x16, as inverted inks (c, m, y, k), which is how Adobe stores them:
red = c * k / 255, and so on. CmykTest knows the same colours.
"""

import io

from PIL import Image

BLOCKS = [(255, 0, 0, 255), (40, 200, 120, 255), (200, 180, 30, 128), (255, 255, 255, 60)]


def picture(stored):
    image = Image.new("CMYK", (64, 16))
    for i, color in enumerate(stored):
        # Pillow inverts what it writes, so give it the inverse.
        image.paste(tuple(255 - v for v in color), (16 * i, 0, 16 * i + 16, 16))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=100)
    return bytearray(data.getvalue())


def ycc(r, g, b):
    y = 0.299 * r + 0.587 * g + 0.114 * b
    values = (y, (b - y) / 1.772 + 128, (r - y) / 1.402 + 128)
    return tuple(min(255, max(0, round(v))) for v in values)


with open("cmyk.jpg", "wb") as file:
    file.write(picture(BLOCKS))

# A reader of YCCK computes 255 - red and so on from Y, Cb, Cr; the flag is in Adobe's segment.
data = picture([(*ycc(255 - c, 255 - m, 255 - y), k) for c, m, y, k in BLOCKS])
data[data.index(b"Adobe") + 11] = 2
with open("ycck.jpg", "wb") as file:
    file.write(data)
