"""Which image tokens the words of a question mean. Training teaches two attention heads to look: one from a name to what
it names in the picture, and one from where the answer begins to the name; and both tokens to know the place that was found,
the name its size, too.

Without them the way from a name to its place (`Where is the dog?`) is by far the slowest thing to learn: a caption only ever
needs the way from a place to a name.
"""
import re

import numpy as np

from categories import COLOUR_NAMES, NAMES, SHAPES
from language import plural

HEAD = 0
# The second layer and the third: names of two words have been put together by then, and the first exit has both
NAME_LAYER, ANSWER_LAYER = 1, 2
ABSENT = 9   # after the nine places
AREAS = (.015, .025, .04, .06, .09, .14, .2)   # shares of the picture between the steps of size
_NOUN = {form: noun for noun in NAMES + SHAPES for form in (plural(noun), noun)}
_MENTION = re.compile(r"\b(?:(%s) )?(%s)\b" % ("|".join(COLOUR_NAMES), "|".join(sorted(_NOUN, key=len, reverse=True))), re.I)


def mentions(question, scene, cells):
    """For everything named: the end of its name in the question, whether each of the image tokens shows it (bool [16]), its
    place, ABSENT, or -1 for several things, and its step of size or -1. `cells`: [4, 4], thing numbers from 1."""
    for m in _MENTION.finditer(question):
        colour, noun = (m[1] or "").lower(), _NOUN[m[2].lower()]
        meant = [i for i, t in enumerate(scene.things, 1) if t.noun == noun and colour in ("", t.colour)]
        shown = np.isin(cells, meant).ravel()
        place, size = ABSENT if not meant else -1, -1
        if len(meant) == 1 and shown.any():
            thing = scene.things[meant[0] - 1]
            place, size = thing.place, int(np.searchsorted(AREAS, thing.area))
        yield m.end(), shown, place, size


def token_at(pieces, end):
    """The number of the piece that holds the character before `end` (ASCII text)."""
    length = 0
    for i, piece in enumerate(pieces):
        length += 1 if piece.startswith("<0x") else len(piece)
        if length >= end:
            return i
    raise ValueError(f"{end} is beyond {pieces}")
