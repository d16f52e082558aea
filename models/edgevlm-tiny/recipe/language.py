"""What is said and asked about a scene: captions in several styles, questions of ten kinds with short answers.

Answers can't be guessed from the question: yes and no are drawn first, and the names, places and colours that a "no" asks
about come from the same distribution as those of a "yes" (often another one of the same family, or another thing's place).
"""
from categories import COLOUR_NAMES, MASS, NAMES, PLACE_SYNONYMS, PLACES, PLURAL, SHAPES, article, at
from families import COUNTED, FAMILY
from offtopic import DONT_KNOW, offtopic

CAPTION_PROMPT = "Describe the image."
# Prompts decide the style; the program's own prompt always gets the canonical one.
CAPTION_PROMPTS = [CAPTION_PROMPT] * 6 + ["Describe this image.", "Describe the picture.", "Describe this picture.", "Caption this image.",
                   "Write a caption.", "Give a caption for the image.", "Describe the image in detail.", "Describe the photo."]
OTHER_PROMPTS = {
    "short": ["Describe the scene in a few words.", "Describe the image briefly.", "Give a short caption.", "Describe it in short."],
    "list": ["List the objects.", "What objects are there?", "Name the objects.", "Name everything in the picture.",
             "Which objects are in the image?", "What things are there?"],
    "sentence": ["What is in the picture?", "What is in the image?", "What is in this picture?", "What is this?", "What is here?"],
    "see": ["What do you see?", "What can you see in this image?", "Tell me what you see.", "What can you see?"],
    "counted": ["Summarise the picture.", "Summarize the image.", "How many objects are there, and what are they?"],
    "free": ["Tell me about the picture.", "What does the picture show?", "Describe the scene.", "Describe what you see.",
             "What does the image show?", "Describe what is in the picture."]}
NUMBERS = ["zero", "one", "two", "three", "four", "five"]
SHARES = {"what": .13, "where": .24, "count": .12, "colour": .07, "yesno": .19, "relation": .12, "size": .05, "background": .03,
          "none": .03, "off-topic": .02}
QUESTION_KINDS = list(SHARES)
NONE, NOTHING, MANY = "There is none.", "Nothing.", "many colours"
NO_ANSWERS = ["there is none", "there is nothing", "nothing", "none"]


def plural(name):
    if name in PLURAL or name in MASS or name in ("sheep", "fish"):
        return name
    irregular = {"mouse": "mice", "cactus": "cacti", "octopus": "octopuses", "snowman": "snowmen", "leaf": "leaves", "volcano": "volcanoes"}
    if name in irregular:
        return irregular[name]
    if name[-1] == "y" and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name[-1] in "sx" or name.endswith(("ch", "sh", "to")) else "s")


def verb(name):
    return "are" if name in PLURAL else "is"


def joined(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def on_background(scene):
    """Photograph-like backgrounds have no colour to name."""
    return "" if scene.background is None else f"on {article(scene.background)} background"


def canonical(scene):
    """The style of the program's own prompt: every thing with its place, in reading order, then the background."""
    text = joined([f"{article(t.name)} {at(PLACES[t.place])}" for t in scene.things])
    return text + (", " + on_background(scene) if scene.background else "") + "."


def grouped(scene):
    """The things without places, those of one kind together."""
    names = [t.name for t in scene.things]
    return joined([article(n) if names.count(n) == 1 else f"{NUMBERS[names.count(n)]} {plural(n)}" for n in dict.fromkeys(names)])


def upper(text):
    return text[0].upper() + text[1:]


def clash(name, thing):
    """Whether asking for this name could mean the thing, as `tree` does a fir tree."""
    return any(name == a or a.endswith(" " + name) or name.endswith(" " + a) for a in thing.accepted + [thing.noun])


class Language:
    """Needs `known` (categories to ask for) and `random_kind` (to draw absent things as scenes draw theirs) of Generator."""

    def __init__(self, rng, casual):
        self.rng, self.casual = rng, casual

    # ---- captions
    def describe(self, scene):
        """(prompt, text)"""
        r = self.rng
        if r.random() < .75:
            prompt, text = r.choice(CAPTION_PROMPTS), canonical(scene)
        else:
            style = r.choice(list(OTHER_PROMPTS))
            prompt, text = r.choice(OTHER_PROMPTS[style]), getattr(self, "style_" + style)(scene)
        return self.spelt(prompt) if prompt != CAPTION_PROMPT else prompt, text

    def style_short(self, scene):
        back = on_background(scene)
        return grouped(scene) + (" " + back if back else "") + "."

    def style_list(self, scene):
        return grouped(scene)

    def style_sentence(self, scene):
        return f"There {'are' if grouped(scene).split()[0] in NUMBERS[2:] else verb(scene.things[0].name)} {grouped(scene)}."

    def style_see(self, scene):
        return f"I can see {grouped(scene)}."

    def style_counted(self, scene):
        n = len(scene.things)
        return f"{NUMBERS[n]} object{'s' if n > 1 else ''}: {grouped(scene)}."

    def style_free(self, scene):
        r, back = self.rng, on_background(scene)
        parts = [f"{article(t.name)} {at(PLACES[t.place])}" for t in scene.things]
        if r.random() < .4:
            r.shuffle(parts)
        text, start = joined(parts), verb(parts[0].split()[0])
        if back and r.random() < .4:
            return f"{upper(back)} there {start} {text}."
        end = f", {back}" if back else ""
        return r.choice([f"The picture shows {text}{end}.", f"There {start} {text}{end}.", f"{upper(text)}{end}.", f"We see {text}{end}."])

    # ---- questions: (kind, question, answer, accepted answers)
    def question(self, scene, kind=None):
        for _ in range(30):
            k = kind or self.rng.choices(QUESTION_KINDS, list(SHARES.values()))[0]
            found = getattr(self, "ask_" + k.replace("-", "_"))(scene)
            if found:
                return (k, self.spelt(found[0]), *found[1:])
        return None if kind else ("count", *self.ask_count(scene))

    def spelt(self, text):
        """Some of the questions as people type them."""
        r = self.rng
        if not self.casual or r.random() < .85:
            return text
        if r.random() < .6:
            text = text[0].lower() + text[1:] if text[:2] != "I " else text
        if r.random() < .4:
            text = text.rstrip("?.!")
        if r.random() < .15:
            text = text.upper() if r.random() < .3 else text + "?"
        if r.random() < .12:
            text = r.choice(["Please: ", "Tell me: ", "Hi! ", "Look. ", "Question: "]) + text
        return text

    def unique(self, scene):
        return [t for t in scene.things if sum(clash(t.name, u) for u in scene.things) == 1]

    def the(self, scene, t):
        """'the red star', or 'the star' when there is one only."""
        if t.colour and sum(u.noun == t.noun for u in scene.things) == 1 and self.rng.random() < .5:
            return "the " + t.noun
        return "the " + t.name

    def picture(self):
        return self.rng.choice(["image", "picture", "picture", "photo", "scene"])

    def absent(self, scene):
        """A name of something that isn't there; in most cases a near one: of a thing's family, or a shape in another colour."""
        r = self.rng
        for _ in range(40):
            t = r.choice(scene.things)
            near = r.random() < .6
            if near and t.colour:
                colour, shape = (r.choice(COLOUR_NAMES), t.noun) if r.random() < .6 else (t.colour, r.choice(SHAPES))
                name = f"{colour} {shape}"
            elif near and len(FAMILY.get(t.noun, ())) > 1:
                name = r.choice(FAMILY[t.noun])
            else:
                kind, colour = self.random_kind(scene.background)
                name = NAMES[kind - 1] if colour is None else f"{colour} {SHAPES[kind - 1 - len(NAMES)]}"
            if not any(clash(name, u) for u in scene.things):
                return name
        return None

    def wide(self, place):
        """The edges that a corner also belongs to: the top left is on the left, and at the top."""
        col, row = place % 3, place // 3
        return [3 + col, 3 * row + 1] if col != 1 and row != 1 else []

    def ask_what(self, scene):
        r = self.rng
        t = r.choice(scene.things)
        others = [u.place for u in scene.things if u is not t]
        options = [t.place] * 3
        for edge in self.wide(t.place):   # "on the left" also for what is at the top left, if it is alone on that side
            if edge not in others and not any(edge in self.wide(p) for p in others):
                options.append(edge)
        place = r.choice(options)
        if t.place not in self.wide(place) and place == t.place and any(place in self.wide(p) for p in others) and r.random() < .5:
            return None   # rarer where a corner could be meant as well
        where = at(PLACES[place])
        q = r.choice([f"What is {where}?", f"What is {where}?", f"What is there {where}?", f"What object is {where}?",
                      f"Which object is {where}?", f"What is {where} of the {self.picture()}?", f"What do you see {where}?"])
        return q, article(t.name), t.accepted

    def ask_where(self, scene):
        known = self.unique(scene)
        if not known:
            return None
        t = self.rng.choice(known)
        place, a, v, p = PLACES[t.place], self.the(scene, t), verb(t.noun), self.picture()
        words = [place] + PLACE_SYNONYMS.get(place, [])
        q = self.rng.choice([f"Where {v} {a}?"] * 3 + [f"Where in the {p} {v} {a}?", f"Where {v} {a} in the {p}?", f"Where can I find {a}?",
                             f"Where do you see {a}?", f"In which part of the {p} {v} {a}?"])
        return q, place, words + [at(w) for w in words] + [at(w)[3:] for w in words]

    def ask_count(self, scene):
        r, p = self.rng, self.rng.random()
        where = r.choice(["", "", f" in the {self.picture()}"])
        if p < .42:
            n, q = len(scene.things), r.choice(["How many objects are there{}?", "How many things are there{}?", "How many objects do you see{}?",
                                                 "What is the number of objects{}?", "How many things can you count{}?"])
        elif p < .52:
            n, q = sum(t.colour is not None for t in scene.things), r.choice(["How many coloured shapes are there{}?", "How many shapes are there{}?"])
        elif p < .62:
            name = r.choice(list(COUNTED))
            n, q = sum(t.noun in COUNTED[name] for t in scene.things), f"How many {name} are there{{}}?"
        else:
            twins = [t for t in scene.things if sum(u.name == t.name for u in scene.things) > 1]
            if twins and r.random() < .8:
                name = twins[0].name
            else:
                name = self.absent(scene) if r.random() < .35 else r.choice(scene.things).name
            if name is None or any(clash(name, t) and t.name != name for t in scene.things):
                return None
            n = sum(t.name == name for t in scene.things)
            many = plural(name)
            q = (f"How much {many} is there{{}}?" if name in MASS and r.random() < .3 else
                 r.choice([f"How many {many} are there{{}}?", f"How many {many} do you see{{}}?", f"How many {many} can you count{{}}?"]))
        return q.format(where), NUMBERS[n], [NUMBERS[n], str(n)] + (["none", "no"] if n == 0 else [])

    def shapes(self, scene):
        return [t for t in scene.things if t.colour and sum(u.noun == t.noun for u in scene.things) == 1]

    def ask_colour(self, scene):
        r, shapes = self.rng, self.shapes(scene)
        if not shapes:
            return None
        t, word, p = r.choice(shapes), r.choice(["colour", "colour", "color"]), r.random()
        if p < .3:
            yes = r.random() < .5
            others = [u.colour for u in scene.things if u.colour and u.colour != t.colour]
            c = t.colour if yes else r.choice(others if others and r.random() < .5 else [c for c in COLOUR_NAMES if c != t.colour])
            return f"Is the {t.noun} {c}?", *self.yes_no(yes)
        if p < .45:
            if sum(u.colour == t.colour for u in scene.things) > 1:
                return None
            return r.choice([f"Which shape is {t.colour}?", f"What shape is {t.colour}?"]), article(t.noun), [t.noun, t.name]
        q = r.choice([f"What {word} is the {t.noun}?", f"What {word} is the {t.noun}?", f"Which {word} is the {t.noun}?",
                      f"What {word} does the {t.noun} have?", f"What is the {word} of the {t.noun}?"])
        return q, t.colour, [t.colour] + (["gray"] if t.colour == "grey" else [])

    def yes_no(self, yes):
        return ("yes", ["yes"]) if yes else ("no", ["no"])

    def ask_yesno(self, scene):
        r = self.rng
        yes = r.random() < .5
        if r.random() < .58:
            here = {t.noun for t in scene.things if t.colour}
            if here and r.random() < .15:   # "a star", in whatever colour
                name = r.choice(sorted(here) if yes else [s for s in SHAPES if s not in here])
            else:
                name = r.choice(scene.things).name if yes else self.absent(scene)
            if name is None:
                return None
            v, where = ("Are" if name in PLURAL else "Is"), r.choice(["", "", f" in the {self.picture()}"])
            q = r.choice([f"{v} there {article(name)}{where}?"] * 3 + [f"Do you see {article(name)}{where}?", f"Can you see {article(name)}{where}?",
                          f"Does the {self.picture()} show {article(name)}?"])
        else:
            known = self.unique(scene)
            if not known:
                return None
            t = r.choice(known)
            wrong = [p for p in range(9) if p != t.place and p not in self.wide(t.place) and t.place not in self.wide(p)]
            others = [u.place for u in scene.things if u.place in wrong]
            place = t.place if yes else r.choice(others if others and r.random() < .5 else wrong)
            q = f"{upper(verb(t.noun))} {self.the(scene, t)} {at(PLACES[place])}{r.choice(['', '', ' of the ' + self.picture()])}?"
        return q, *self.yes_no(yes)

    def ask_relation(self, scene):
        """Left of, right of, above, below: what is, where is one from another, is it."""
        r, known = self.rng, self.unique(scene)
        if len(scene.things) < 2 or not known:
            return None
        b = r.choice(known)
        rest, p = [t for t in scene.things if t is not b], r.random()
        side = lambda t, w: {"left": b.cx - t.cx, "right": t.cx - b.cx, "above": b.cy - t.cy, "below": t.cy - b.cy}[w]
        say = lambda w: {"left": r.choice(["left of", "to the left of"]), "right": r.choice(["right of", "to the right of"]),
                         "above": r.choice(["above", "above", "over"]), "below": r.choice(["below", "below", "under"])}[w]
        if p < .35:
            w = r.choice(["left", "right", "above", "below"])
            there = [t for t in rest if side(t, w) > .03]
            if len(there) != 1 or side(there[0], w) < .15:
                return None
            t = there[0]
            q = r.choice([f"What is {say(w)} {self.the(scene, b)}?"] * 2 + [f"Which object is {say(w)} {self.the(scene, b)}?"])
            return q, article(t.name), t.accepted
        rest = [t for t in rest if t in known]
        if not rest:
            return None
        a = r.choice(rest)
        words = [w for w in ("left", "right", "above", "below") if side(a, w) > .2]
        if p < .6:
            words = [w for w in words if side(a, w) > 1.7 * min(abs(a.cx - b.cx), abs(a.cy - b.cy))]
            if len(words) != 1:
                return None
            w = words[0]
            q = r.choice(["Where {} {} relative to {}?", "Where {} {} from {}?", "On which side of {2} {0} {1}?"]).format(
                verb(a.noun), self.the(scene, a), self.the(scene, b))
            short = "to the " + w if w in ("left", "right") else w
            return q, short, [short, w] + ([f"on the {w}", f"{w} of it", f"{short} of it"] if w in ("left", "right") else [f"{w} it"])
        if not words:
            return None
        yes, w = r.random() < .5, r.choice(words)
        if not yes:
            w = {"left": "right", "right": "left", "above": "below", "below": "above"}[w]
        return f"{upper(verb(a.noun))} {self.the(scene, a)} {say(w)} {self.the(scene, b)}?", *self.yes_no(yes)

    def ask_size(self, scene):
        """By what is drawn, not by what such things measure; only where the difference is plain."""
        r, known = self.rng, self.unique(scene)
        if len(known) < 2:
            return None
        big = r.random() < .5
        word = r.choice(["larger", "bigger"]) if big else "smaller"
        if r.random() < .25 and len(scene.things) > 2:
            order = sorted(scene.things, key=lambda t: t.area, reverse=big)
            first, second = order[0], order[1]
            if first not in known or not self.plainly(*(first, second) if big else (second, first)):
                return None
            word = {"larger": "largest", "bigger": "biggest", "smaller": "smallest"}[word]
            return r.choice([f"What is the {word} object?", f"Which object is the {word}?"]), "the " + first.name, first.accepted
        a, b = r.sample(known, 2)
        large, small = (a, b) if a.area > b.area else (b, a)
        if not self.plainly(large, small):
            return None
        if r.random() < .4:
            yes = r.random() < .5
            if ((a is large) == big) != yes:
                a, b = b, a
            return f"{upper(verb(a.noun))} the {a.name} {word} than the {b.name}?", *self.yes_no(yes)
        t = large if big else small
        q = r.choice([f"Which is {word}, the {a.name} or the {b.name}?", f"What is {word}, the {a.name} or the {b.name}?",
                      f"Which one is {word}: the {a.name} or the {b.name}?"])
        return q, "the " + t.name, t.accepted

    def plainly(self, large, small):
        return large.area > 1.7 * small.area and large.size > 1.15 * small.size

    def ask_background(self, scene):
        r, c = self.rng, scene.background
        word = r.choice(["colour", "colour", "color"])
        if c and r.random() < .35:
            yes = r.random() < .5
            name = c if yes else r.choice([n for n in COLOUR_NAMES if n not in c])
            return f"Is the background {name}?", *self.yes_no(yes)
        if c is None and r.random() < .5:
            return None
        q = r.choice([f"What {word} is the background?"] * 3 + [f"Which {word} is the background?", f"What is the {word} of the background?",
                      f"What {word} does the background have?"])
        accepted = [c] if c else [MANY, "many colors", "several colours", "several colors", "mixed"]
        return q, c or MANY, accepted + {"grey": ["gray"], "light blue": ["blue"]}.get(c, [])

    def ask_none(self, scene):
        """Asks for what isn't there."""
        r, p = self.rng, self.rng.random()
        if p < .3:
            taken = {t.place for t in scene.things}
            taken |= {e for place in taken for e in self.wide(place)}
            free = [x for x in range(9) if x not in taken]
            if not free:
                return None
            where = at(PLACES[r.choice(free)])
            return r.choice([f"What is {where}?", f"What is {where}?", f"What is there {where}?", f"What is {where} of the {self.picture()}?"]), NOTHING, NO_ANSWERS
        if p < .45:
            known = self.unique(scene)
            if not known:
                return None
            b, w = r.choice(known), r.choice(["left", "right", "above", "below"])
            side = lambda t: {"left": b.cx - t.cx, "right": t.cx - b.cx, "above": b.cy - t.cy, "below": t.cy - b.cy}[w]
            if any(side(t) > -.03 for t in scene.things if t is not b):
                return None
            return f"What is {w}{' of' if w in ('left', 'right') else ''} {self.the(scene, b)}?", NOTHING, NO_ANSWERS
        if p < .65:
            shapes = [s for s in SHAPES if all(t.noun != s for t in scene.things)]
            q = f"What {r.choice(['colour', 'colour', 'color'])} is the {r.choice(shapes)}?"
        else:
            name = self.absent(scene)
            if name is None:
                return None
            q = r.choice([f"Where {verb(name)} the {name}?"] * 3 + [f"Where in the {self.picture()} {verb(name)} the {name}?", f"Where can I find the {name}?"])
        return q, NONE, NO_ANSWERS

    def ask_off_topic(self, scene):
        return offtopic(self.rng), DONT_KNOW, ["i don't know", "i do not know", "don't know"]
