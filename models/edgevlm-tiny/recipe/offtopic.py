"""Questions that have nothing to do with what the model knows, for training: templates and word lists, many thousands.

The held-out ones (heldout/offtopic) are written by hand, in other words (offtopic.txt; heldout.py checks that none can be drawn here).
"""
DONT_KNOW = "I don't know."

COUNTRIES = ("France Spain Italy Germany Poland Norway Sweden Finland Greece Turkey Egypt Kenya Nigeria India China Japan Korea Vietnam "
             "Thailand Australia Canada Mexico Brazil Chile Peru Cuba Iceland Ireland Scotland Portugal Austria Hungary Russia Ukraine Iran").split()
CITIES = ("London Paris Rome Berlin Madrid Vienna Prague Oslo Athens Cairo Nairobi Lagos Delhi Mumbai Beijing Tokyo Seoul Bangkok Sydney "
          "Toronto Chicago Boston Lima Havana Dublin Lisbon Warsaw Moscow Kyiv Zurich Geneva Munich Milan Dubai Singapore").split()
NAMES = ("Anna Ben Carla David Emma Felix Grace Henry Ivan Julia Karl Laura Maria Nina Oscar Paul Rosa Sam Tom Vera Ahmed Fatima Wei Yuki "
         "Raj Priya Olga Pedro Sofia Liam Noah Mia Zoe Peter John Mary Michael Sarah").split()
FAMOUS = ["Einstein", "Newton", "Darwin", "Mozart", "Beethoven", "Bach", "Picasso", "Shakespeare", "Napoleon", "Cleopatra", "Gandhi", "Caesar",
          "Columbus", "Marie Curie", "Lincoln", "Churchill", "Galileo", "Plato", "Van Gogh", "Elvis", "Madonna", "Messi", "Tolstoy", "Dickens",
          "Tesla", "Edison", "Turing", "Freud", "Marx", "the president", "the king", "the pope", "the prime minister", "the mayor"]
INVENTIONS = ["the telephone", "the light bulb", "the wheel", "the radio", "paper", "gunpowder", "the steam engine", "the computer", "the internet",
              "penicillin", "the aeroplane", "the bicycle", "glass", "the compass", "the clock", "chess", "football", "television", "the train"]
EVENTS = ["the war", "the First World War", "the French Revolution", "the moon landing", "the Roman Empire", "the Olympic Games", "the gold rush",
          "the plague", "the ice age", "the Renaissance", "the fall of the wall", "the election", "the strike", "the great fire", "the crash"]
SUBJECTS = ["gravity", "democracy", "inflation", "photosynthesis", "electricity", "magnetism", "evolution", "philosophy", "quantum physics",
            "economics", "algebra", "chemistry", "grammar", "love", "happiness", "time", "music", "religion", "art", "justice", "freedom", "money",
            "machine learning", "a black hole", "a virus", "an atom", "a molecule", "the climate", "the stock market", "a mortgage", "a verb",
            "tax", "insurance", "the law", "DNA", "entropy", "poetry", "peace", "a prime number", "the internet", "energy", "blood pressure"]
DISHES = ["pasta", "soup", "a pancake", "an omelette", "rice", "curry", "a cake", "bread", "a salad", "pizza", "tea", "coffee", "sushi", "a stew"]
TASKS = ["tie a tie", "fix a tap", "learn to swim", "lose weight", "sleep better", "open a bank account", "write a letter", "grow tomatoes",
         "change a tyre", "play the piano", "learn French", "save money", "get a visa", "make friends", "stop smoking", "train a dog",
         "paint a wall", "bake bread", "sew a button", "find a job", "build a table", "remove a stain", "ride a horse", "install Linux"]
LANGUAGES = ["French", "German", "Spanish", "Italian", "Latin", "Russian", "Chinese", "Japanese", "Arabic", "Hindi", "Greek", "Turkish", "Dutch"]
WORDS = ("hello goodbye please thanks friend water love house morning night yes no bread dog cat sun sea school teacher money work happy sad "
         "beautiful mother father brother sister child table window door street").split()
PROGRAMS = ["sorts a list", "adds two numbers", "reads a file", "prints hello world", "counts words", "reverses a string", "sends an email",
            "finds primes", "parses JSON", "opens a window", "downloads a page", "computes a factorial", "connects to a database"]
CODES = ["Python", "Java", "C", "Rust", "Go", "JavaScript", "SQL", "Bash", "Haskell", "PHP", "Kotlin", "Swift"]
SPORTS = ["the match", "the World Cup", "the race", "the final", "the league", "the marathon", "the tournament", "the gold medal", "the Tour"]
FEELINGS = ["happy", "sad", "tired", "angry", "lonely", "hungry", "bored", "afraid", "proud", "ill", "in love", "nervous", "free", "alive"]
BODY = ["head", "back", "knee", "tooth", "stomach", "foot", "arm", "throat", "ear", "shoulder"]
PLACES = ["the station", "the airport", "the post office", "the nearest bank", "the museum", "the hospital", "the beach", "the library",
          "the hotel", "the supermarket", "the police station", "the river", "Mars", "my office", "the next bus stop"]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday today tomorrow yesterday Christmas Easter".split()
MONTHS = "January February March April May June July August September October November December".split()
UNITS = ["kilometres", "miles", "metres", "feet", "kilos", "pounds", "litres", "gallons", "hours", "days", "euros", "dollars", "degrees"]
# Things of the model's world, asked about in ways that no picture answers
THINGS = ("dog cat horse car bus truck train house castle guitar clock camera book cake apple banana tree bird lion elephant robot laptop shoe "
          "hat dress umbrella bicycle rocket cup key pizza violin flower penguin").split()
ELSEWHERE = ["Wo ist der Bahnhof?", "Wie geht es dir?", "Was ist das?", "Wie spät ist es?", "Ich verstehe nicht.", "Guten Morgen!", "Danke schön.",
             "Où est la gare ?", "Comment ça va ?", "Qu'est-ce que c'est ?", "Quelle heure est-il ?", "Je ne comprends pas.", "Bonjour !",
             "¿Dónde está la estación?", "¿Qué es esto?", "¿Cómo estás?", "¿Qué hora es?", "No entiendo.", "¡Buenos días!", "Dov'è la stazione?",
             "Che cos'è?", "Come stai?", "Che ore sono?", "Onde fica a praia?", "Tudo bem?", "Hoe laat is het?", "Waar is het station?",
             "Hur mår du?", "Hvor er du?", "Gdzie jest dworzec?", "Co to jest?", "Jak se máš?", "Mennyi az idő?", "Nerede?", "Bu nedir?",
             "Где вокзал?", "Что это?", "Как дела?", "Который час?", "Πού είναι ο σταθμός;", "Τι είναι αυτό;", "这是什么？", "你好吗？", "现在几点？",
             "これは何ですか？", "お元気ですか？", "駅はどこですか？", "이것은 무엇입니까?", "어떻게 지내세요?", "ما هذا؟", "كيف حالك؟", "أين المحطة؟",
             "मैं कहाँ हूँ?", "यह क्या है?", "नमस्ते", "สวัสดี", "Đây là cái gì?", "מה זה?", "Quid est hoc?"]

TEMPLATES = [
    # the world
    "What is the capital of {COUNTRIES}?", "Where is {CITIES}?", "How many people live in {CITIES}?", "Which language do they speak in {COUNTRIES}?",
    "How far is it from {CITIES} to {CITIES}?", "What is the currency of {COUNTRIES}?", "Who rules {COUNTRIES}?", "Is {CITIES} in {COUNTRIES}?",
    "What is the highest mountain in {COUNTRIES}?", "How big is {COUNTRIES}?", "Tell me about {CITIES}.", "Why is {CITIES} famous?",
    "Who invented {INVENTIONS}?", "When was {INVENTIONS} invented?", "Who was {FAMOUS}?", "When was {FAMOUS} born?", "Where did {FAMOUS} live?",
    "What did {FAMOUS} say?", "When did {EVENTS} begin?", "Why did {EVENTS} happen?", "Who won {EVENTS}?", "How long did {EVENTS} last?",
    "What is {SUBJECTS}?", "Explain {SUBJECTS}.", "How does {SUBJECTS} work?", "Why do we need {SUBJECTS}?", "Define {SUBJECTS}.",
    "Write an essay about {SUBJECTS}.", "What do you know about {SUBJECTS}?", "Is {SUBJECTS} important?", "Give me an example of {SUBJECTS}.",
    # numbers
    "What is {N} plus {N}?", "What is {N} times {N}?", "What is {N} minus {N}?", "How much is {N} divided by {N}?", "{N} + {N} = ?", "{N} * {N}",
    "What is the square root of {N}?", "Is {N} a prime number?", "How many {UNITS} are {N} {UNITS}?", "Convert {N} {UNITS} to {UNITS}.",
    "What is {N} percent of {N}?", "Solve x + {N} = {N}.", "What comes after {N}?", "Is {N} larger than {N}?", "Count to {N}.", "{N}", "{N}-{N}?",
    # itself, people, feelings
    "What is your name?", "Who are you?", "Who made you?", "How old are you?", "Where do you live?", "Are you {FEELINGS}?", "Are you a robot?",
    "Do you feel {FEELINGS}?", "Why am I {FEELINGS}?", "I am {FEELINGS}.", "How do you feel?", "Do you like {DISHES}?", "What do you think of {FAMOUS}?",
    "Do you know {NAMES}?", "Who is {NAMES}?", "Is {NAMES} {FEELINGS}?", "Where does {NAMES} work?", "How old is {NAMES}?", "What is {NAMES} doing?",
    "Did {NAMES} call?", "Is {NAMES} at home?", "Does {NAMES} love {NAMES}?", "When is the birthday of {NAMES}?", "Hello", "Hi, I am {NAMES}.",
    "Good morning, {NAMES}.", "Thank you!", "Can you help me?", "Will you marry me?", "What is my name?", "Where am I?", "What should I do?",
    "Tell me a joke.", "Tell me a story about {NAMES}.", "Sing a song.", "Write a poem about {SUBJECTS}.", "Say something.", "Guess what?",
    # time, weather, news, money
    "What time is it?", "What time is it in {CITIES}?", "What day is it?", "Which date is {DAYS}?", "How is the weather?", "Will it rain on {DAYS}?",
    "How cold is it in {CITIES}?", "What is the weather like in {CITIES} in {MONTHS}?", "Is it winter in {COUNTRIES}?", "What happened on {DAYS}?",
    "What is in the news?", "Who won {SPORTS}?", "When is {SPORTS}?", "What was the score of {SPORTS}?", "Who plays for {CITIES}?",
    "How much does {DISHES} cost in {CITIES}?", "What is the price of gold?", "How much is {N} dollars in euros?", "Should I buy shares?",
    "What is open on {DAYS}?", "When does the train to {CITIES} leave?", "How do I get to {PLACES}?", "Where is {PLACES}?", "How far is {PLACES}?",
    "When does {PLACES} open?", "Is there life on Mars?", "What year is it?", "When is the next full moon?",
    # how to, health, law
    "How do I {TASKS}?", "Teach me to {TASKS}.", "Why should I {TASKS}?", "Can you {TASKS}?", "How long does it take to {TASKS}?", "How do you cook {DISHES}?",
    "Give me a recipe for {DISHES}.", "How many calories has {DISHES}?", "What do I need for {DISHES}?", "Is {DISHES} healthy?", "My {BODY} hurts.",
    "What helps when my {BODY} hurts?", "Should I see a doctor about my {BODY}?", "Is it legal to {TASKS}?", "What is a good wine for {DISHES}?",
    # languages, code, texts
    "What is {WORDS} in {LANGUAGES}?", "How do you say {WORDS} in {LANGUAGES}?", "Translate {WORDS} into {LANGUAGES}.", "How do you spell {WORDS}?",
    "What rhymes with {WORDS}?", "What is the opposite of {WORDS}?", "What does {WORDS} mean?", "Do you speak {LANGUAGES}?", "Is {LANGUAGES} difficult?",
    "Write a {CODES} program that {PROGRAMS}.", "How do I write {CODES} code that {PROGRAMS}?", "What is wrong with my {CODES} code?",
    "Is {CODES} better than {CODES}?", "Which {CODES} function {PROGRAMS}?", "print('{WORDS}')", "SELECT {WORDS} FROM {WORDS};", "def {WORDS}(): return {N}",
    "Who wrote this?", "What does the text say?", "Read the letters.", "What is the title?", "Summarise this article.", "Correct my spelling.",
    # its own world, but nothing that is to be seen
    "How old is the {THINGS}?", "Who owns the {THINGS}?", "What is the name of the {THINGS}?", "How much does a {THINGS} cost?", "Who made the {THINGS}?",
    "Why is the {THINGS} {FEELINGS}?", "What is the {THINGS} thinking?", "Where can I buy a {THINGS}?", "How heavy is a {THINGS}?", "Who painted the {THINGS}?",
    "How fast is the {THINGS}?", "What does a {THINGS} eat?", "How long does a {THINGS} live?", "What brand is the {THINGS}?", "Can I have the {THINGS}?",
    "Who invented the {THINGS}?", "How is a {THINGS} made?", "When was the {THINGS} built?", "Does the {THINGS} bite?", "What is a {THINGS} for?",
    "Do you like the {THINGS}?", "Is the {THINGS} {FEELINGS}?", "What will the {THINGS} do next?", "What does {THINGS} mean in {LANGUAGES}?",
    "Who took the picture?", "When was the picture taken?", "Which camera was used?", "Where was this photo made?", "Is this picture for sale?",
    "Who is in the picture?", "What is the man doing?", "Is the woman {FEELINGS}?", "What happened before?", "What will happen next?", "Why?",
    "How?", "When?", "Who?", "And then?", "Really?", "What do you mean?", "Are you sure?", "Is that true?", "Never mind."]

LISTS = {k: v for k, v in globals().items() if k.isupper() and k not in ("TEMPLATES", "DONT_KNOW", "ELSEWHERE")}
RANGES = [(97, 122)] * 4 + [(33, 126), (0xC0, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x627, 0x64A), (0x905, 0x939), (0xE01, 0xE2E),
                            (0x3041, 0x3096), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x1F600, 0x1F64F)]


def fill(r, template):
    out = []
    for part in template.replace("}", "{").split("{"):
        out.append(str(r.choice([r.randrange(10), r.randrange(100), r.randrange(2000)])) if part == "N" else
                   r.choice(LISTS[part]) if part in LISTS else part)
    return "".join(out)


def gibberish(r):
    """Letters of any script that mean nothing."""
    low, high = r.choice(RANGES)
    words = ["".join(chr(r.randint(low, high)) for _ in range(r.randint(2, 7))) for _ in range(r.randint(1, 4))]
    return " ".join(words) + r.choice(["", "", "?", "!", "."])


def misspelt(r, text):
    i = r.randrange(len(text))
    return (text[:i] + r.choice(["", text[i] * 2, chr(r.randint(97, 122))]) + text[i + 1:]) or "?"


def offtopic(r):
    p = r.random()
    if p < .06:
        return gibberish(r)
    if p < .14:
        return r.choice(ELSEWHERE)
    text = fill(r, r.choice(TEMPLATES))
    p = r.random()
    if p < .08:
        return misspelt(r, text)
    if p < .14:   # two sentences
        return text + " " + fill(r, r.choice(TEMPLATES))
    return text
