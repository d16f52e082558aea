"""What the model knows: categories of drawn objects, coloured shapes, places, backgrounds.

One line a category: name | synonyms | code points (several = several drawings) | icon-set slugs.
"""
_TABLE = """
apple||1f34e,1f34f|red-apple,green-apple
banana||1f34c|banana
grapes|bunch of grapes|1f347|grapes
watermelon|melon|1f349|watermelon
lemon||1f34b|lemon
pear||1f350|pear
strawberry||1f353|strawberry
cherries|cherry|1f352|cherries
pineapple||1f34d|pineapple
tomato||1f345|tomato
carrot||1f955|carrot
corn|ear of corn|1f33d|ear-of-corn,ear-of-maize
mushroom||1f344|mushroom
broccoli||1f966|broccoli
pizza|slice of pizza|1f355|pizza,slice-of-pizza
hamburger|burger|1f354|hamburger
hot dog||1f32d|hot-dog
ice cream||1f366,1f368|soft-ice-cream,ice-cream
doughnut|donut|1f369|doughnut
cake||1f382,1f370|birthday-cake,shortcake
bread|loaf of bread|1f35e|bread
cheese||1f9c0|cheese-wedge
cup|cup of coffee,cup of tea|2615|hot-beverage
dog||1f436|dog-face
cat||1f431|cat-face
mouse||1f42d|mouse-face
rabbit|bunny|1f430|rabbit-face
bear||1f43b|bear,bear-face
panda||1f43c|panda,panda-face
pig||1f437|pig-face
frog||1f438|frog,frog-face
lion||1f981|lion,lion-face
cow||1f42e|cow-face
fox||1f98a|fox,fox-face
horse||1f40e|horse
elephant||1f418|elephant
sheep||1f411|ewe,sheep
chicken|hen|1f414|chicken
penguin||1f427|penguin
bird||1f426|bird
duck||1f986|duck
owl||1f989|owl
fish||1f41f,1f420|fish,tropical-fish
whale||1f433,1f40b|spouting-whale,whale
octopus||1f419|octopus
crab||1f980|crab
turtle|tortoise|1f422|turtle
snake||1f40d|snake
snail||1f40c|snail
butterfly||1f98b|butterfly
bee||1f41d|honeybee
ladybird|ladybug|1f41e|lady-beetle
spider||1f577|spider
car||1f697,1f699|automobile,sport-utility-vehicle,recreational-vehicle
bus||1f68c|bus
truck|lorry|1f69a|delivery-truck
bicycle|bike|1f6b2|bicycle
train||1f682|locomotive,steam-locomotive
aeroplane|airplane,plane|2708|airplane
helicopter||1f681|helicopter
rocket||1f680|rocket
sailboat|boat,sailing boat|26f5|sailboat
umbrella||2614|umbrella-with-rain-drops
clock|alarm clock|23f0|alarm-clock
key||1f511|key
book||1f4d5,1f4d7,1f4d8,1f4d9|closed-book,green-book,blue-book,orange-book
scissors|pair of scissors|2702|scissors
hammer||1f528|hammer
light bulb|lightbulb,bulb|1f4a1|light-bulb,electric-light-bulb
telephone|phone|260e|telephone,black-telephone
camera||1f4f7|camera
television|tv|1f4fa|television
laptop|computer|1f4bb|laptop,laptop-computer,personal-computer
guitar||1f3b8|guitar
bell||1f514|bell
present|gift|1f381|wrapped-gift,wrapped-present
balloon||1f388|balloon
football|soccer ball,ball|26bd|soccer-ball
basketball|ball|1f3c0|basketball,basketball-and-hoop
trophy||1f3c6|trophy
crown||1f451|crown
hat|top hat|1f3a9|top-hat
glasses|pair of glasses,spectacles|1f453|glasses,eyeglasses
shirt|t-shirt|1f455|t-shirt
jeans|trousers,pair of jeans|1f456|jeans
dress||1f457|dress
shoe|trainer,sneaker|1f45f|running-shoe,athletic-shoe
backpack|school bag,rucksack|1f392|backpack,school-backpack,school-satchel
tree||1f333|deciduous-tree
fir tree|pine tree,evergreen|1f332|evergreen-tree
palm tree|palm|1f334|palm-tree
cactus||1f335|cactus
sunflower|flower|1f33b|sunflower
rose|flower|1f339|rose
tulip|flower|1f337|tulip
sun||2600,1f31e|sun,sun-with-face,black-sun-with-rays
cloud||2601|cloud
snowman||26c4,2603|snowman-without-snow,snowman
rainbow||1f308|rainbow
fire|flame|1f525|fire
house||1f3e0|house,house-building
castle||1f3f0|castle,european-castle
tent||26fa|tent
candle||1f56f|candle
anchor||2693|anchor
envelope|letter|2709|envelope
lock|padlock|1f512|locked,lock
ghost||1f47b|ghost
egg||1f95a|egg
avocado||1f951|avocado
cookie|biscuit|1f36a|cookie
chips|fries,french fries|1f35f|french-fries
pumpkin|jack-o-lantern|1f383|jack-o-lantern
koala||1f428|koala
chair||1fa91|chair
bed||1f6cf|bed
sofa|couch,settee|1f6cb|couch-and-lamp
spanner|wrench|1f527|wrench
pencil||270f|pencil
globe|earth|1f30d|globe-showing-europe-africa
magnet||1f9f2|magnet
drum||1f941|drum
moon|crescent moon|1f319|crescent-moon
snowflake||2744|snowflake
volcano||1f30b|volcano
traffic light|traffic lights|1f6a6|vertical-traffic-light
"""
PLURAL = {"grapes", "cherries", "scissors", "glasses", "jeans", "chips"}   # no article in front
MASS = {"corn", "broccoli", "bread", "cheese", "fire", "pizza"}

CATEGORIES = []
for _line in _TABLE.strip().splitlines():
    _name, _syn, _cps, _slugs = _line.split("|")
    CATEGORIES.append(dict(name=_name, synonyms=[s for s in _syn.split(",") if s],
                           codepoints=_cps.split(","), slugs=_slugs.split(",")))
NAMES = [c["name"] for c in CATEGORIES]

SHAPES = ["circle", "square", "triangle", "star", "heart", "diamond", "cross", "ring"]
COLOURS = {"red": (222, 36, 36), "orange": (248, 140, 20), "yellow": (250, 216, 40), "green": (40, 160, 60),
           "blue": (36, 84, 214), "purple": (130, 50, 170), "pink": (250, 130, 185), "brown": (124, 76, 40),
           "black": (24, 24, 26), "white": (250, 250, 250), "grey": (136, 138, 142)}
COLOUR_NAMES = list(COLOURS)
PLACES = ["top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right"]
PLACE_SYNONYMS = {"centre": ["center", "middle"], "top": ["top centre", "top center"],
                  "bottom": ["bottom centre", "bottom center"]}
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six"]


def article(name):
    if name in PLURAL or name in MASS:
        return name
    return ("an " if name[0] in "aeio" or name.startswith("umb") else "a ") + name


def at(place):
    return {"left": "on the left", "right": "on the right", "centre": "in the centre"}.get(place, "at the " + place)
