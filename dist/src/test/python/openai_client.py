"""What the official client makes of the server: run with its address, a picture and what its backend can do."""

import base64
import json
import sys
import threading

import openai

base, picture, grammars = sys.argv[1], sys.argv[2], sys.argv[3] == "grammars"
MODEL = "edgevlm-tiny"
client = openai.OpenAI(base_url=base + "/v1", api_key="none", max_retries=0, timeout=120)
with open(picture, "rb") as file:
    URL = "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
PICTURE = {"type": "image_url", "image_url": {"url": URL, "detail": "low"}}


def user(*parts):
    return {"role": "user", "content": [p if isinstance(p, dict) else {"type": "text", "text": p} for p in parts]}


def ask(*messages, **more):
    return client.chat.completions.create(model=MODEL, messages=list(messages), **more)


def refused(kind, code, call):
    try:
        call()
    except kind as error:
        assert error.code == code, (error.code, code, error)
        return error
    raise AssertionError(f"{code} was not raised")


def text_of(stream):
    return "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


question = user("What is in the picture?", PICTURE)

# Models.
models = client.models.list()
assert [m.id for m in models] == [MODEL], models
assert client.models.retrieve(MODEL).object == "model"
refused(openai.NotFoundError, "model_not_found", lambda: client.models.retrieve("gpt-4o"))

# A whole answer.
whole = ask(question)
assert whole.id.startswith("chatcmpl-") and whole.object == "chat.completion"
assert whole.model == MODEL and whole.system_fingerprint.startswith("fp_")
choice = whole.choices[0]
assert choice.finish_reason == "stop" and choice.message.role == "assistant"
text = choice.message.content
assert len(text.split()) >= 3 and text == text.strip(), text
usage = whole.usage
assert usage.prompt_tokens > 10 and usage.completion_tokens > 2
assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
assert whole.model_extra["edgevlm"]["timings"]["total_ms"] > 0

# A caption, and a length.
assert ask(user(PICTURE)).choices[0].message.content
short = ask(question, max_tokens=2)
assert short.choices[0].finish_reason == "length" and short.usage.completion_tokens == 2
assert ask(question, max_completion_tokens=2).choices[0].message.content == short.choices[0].message.content
assert ask(question, max_tokens=100_000).choices[0].message.content == text

# As it is made.
with ask(question, stream=True, stream_options={"include_usage": True}) as stream:
    chunks = list(stream)
assert text_of(chunks) == text, (text_of(chunks), text)
assert len(chunks) > 3 and len({c.id for c in chunks}) == 1
assert chunks[0].choices[0].delta.role == "assistant"
assert chunks[-2].choices[0].finish_reason == "stop"
assert chunks[-1].choices == [] and chunks[-1].usage == usage
assert all(c.usage is None for c in chunks[:-1])

# The client's own helper puts the same together.
with client.chat.completions.stream(model=MODEL, messages=[question]) as stream:
    for event in stream:
        pass
    assert stream.get_final_completion().choices[0].message.content == text

# A text to stop at, in the middle of a word and over several.
middle = text[len(text) // 2 - 2 : len(text) // 2 + 3]
before = text[: text.index(middle)].rstrip()
assert ask(question, stop=middle).choices[0].message.content == before
assert text_of(ask(question, stop=["not there", middle], stream=True)) == before

# Chance with a seed.
hot = [ask(question, temperature=2, top_p=1, seed=s).choices[0].message.content for s in (1, 1, 2, 3, 4, 5, 6, 7)]
assert hot[0] == hot[1] and len(set(hot)) > 1, hot

# Forms, where the backend can constrain answers.
schema = {"enum": ["red", "green", "blue"]}
form = {"type": "json_schema", "json_schema": {"name": "colour", "strict": True, "schema": schema}}
shape = {
    "type": "object",
    "properties": {"red": {"type": "boolean"}, "blue": {"type": "boolean"}},
    "required": ["red", "blue"],
    "additionalProperties": False,
}
if grammars:
    assert json.loads(ask(question, response_format=form).choices[0].message.content) in schema["enum"]
    form["json_schema"]["schema"] = shape
    formed = json.loads(ask(question, response_format=form, max_tokens=60).choices[0].message.content)
    assert set(formed) == {"red", "blue"}, formed
    anything = ask(question, response_format={"type": "json_object"}, max_tokens=200).choices[0]
    assert anything.message.content.startswith("{"), anything
    if anything.finish_reason == "stop":
        assert isinstance(json.loads(anything.message.content), dict), anything
    form["json_schema"]["schema"] = {"type": "no such type"}
    error = refused(openai.BadRequestError, "invalid_value", lambda: ask(question, response_format=form))
    assert error.param == "response_format", error
else:
    refused(openai.BadRequestError, "unsupported_value", lambda: ask(question, response_format=form))

# A conversation.
later = ask(
    {"role": "system", "content": "Be brief."},
    question,
    {"role": "assistant", "content": text},
    user("What colour is the background?"),
)
assert later.choices[0].message.content
assert later.usage.prompt_tokens > usage.prompt_tokens
two = ask(question, {"role": "assistant", "content": text}, user("And this?", PICTURE))
assert len(two.model_extra["edgevlm"]["warnings"]) == 1

# What can't be done is an error of the client's own kinds.
bad = openai.BadRequestError
refused(bad, "unsupported_value", lambda: ask(question, n=2))
refused(bad, "unsupported_parameter", lambda: ask(question, logprobs=True))
tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
error = refused(bad, "unsupported_parameter", lambda: ask(question, tools=[tool]))
assert error.param == "tools" and error.type == "invalid_request_error" and error.status_code == 400
refused(bad, "missing_image", lambda: ask(user("What?")))
web = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
refused(bad, "invalid_image_url", lambda: ask(user(web)))
other = user({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}})
refused(bad, "invalid_image_format", lambda: ask(other))
cut = user({"type": "image_url", "image_url": {"url": URL[: URL.index(",") + 1 + 600]}})
refused(bad, "image_parse_error", lambda: ask(cut))
refused(bad, "image_parse_error", lambda: ask(cut, stream=True))
refused(openai.NotFoundError, "model_not_found", lambda: client.chat.completions.create(model="gpt-4o", messages=[question]))

# Leaving in the middle: the next answer is there, and it is right.
stream = ask(question, stream=True, max_tokens=200)
next(iter(stream))
stream.close()
assert ask(question).choices[0].message.content == text

# Several at a time.
texts = []
threads = [threading.Thread(target=lambda: texts.append(text_of(ask(question, stream=True)))) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert texts == [text] * 6, texts

print("fine:", openai.__version__)
