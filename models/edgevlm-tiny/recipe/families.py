"""Things of a kind: near ones, to ask for what isn't there, and kinds that can be counted."""
from categories import NAMES

FAMILIES = {n: f.split(", ") for n, f in {
    "fruit": "apple, banana, grapes, watermelon, lemon, pear, strawberry, cherries, pineapple, peach, avocado",
    "vegetables": "tomato, carrot, corn, mushroom, broccoli, aubergine, pumpkin",
    "food": "pizza, hamburger, hot dog, ice cream, doughnut, cake, bread, cheese, egg, croissant, cookie, lollipop, chips, cup",
    "animals": "dog, cat, mouse, rabbit, bear, panda, pig, frog, monkey, lion, tiger, cow, fox, horse, elephant, sheep, chicken, penguin, "
               "bird, duck, owl, fish, whale, octopus, crab, turtle, snake, snail, butterfly, bee, ladybird, spider, camel, giraffe, "
               "zebra, koala, hedgehog, crocodile, dinosaur, shark, dolphin, flamingo, parrot",
    "vehicles": "car, bus, truck, bicycle, train, aeroplane, helicopter, rocket, sailboat, tractor, motorcycle",
    "instruments": "guitar, trumpet, violin, drum, saxophone, bell, microphone, headphones",
    "clothes": "hat, glasses, shirt, jeans, dress, shoe, handbag, backpack, sock, tie, crown, watch, umbrella",
    "tools": "scissors, hammer, key, spanner, saw, axe, pencil, magnifying glass, microscope, magnet, lock, anchor",
    "devices": "light bulb, telephone, camera, television, laptop, clock, robot, traffic light, book, envelope, globe",
    "furniture": "chair, bed, sofa, bathtub, house, castle, tent, candle, present, balloon, skateboard",
    "balls": "football, basketball, trophy, balloon, globe",
    "plants": "tree, fir tree, palm tree, cactus, sunflower, rose, tulip, leaf",
    "sky": "sun, moon, cloud, snowflake, rainbow, snowman, fire, volcano, ghost"}.items()}
FAMILY = {n: [m for m in f if m in NAMES] for f in FAMILIES.values() for n in f}
COUNTED = {"animals": FAMILIES["animals"], "vehicles": FAMILIES["vehicles"], "fruits": FAMILIES["fruit"]}
