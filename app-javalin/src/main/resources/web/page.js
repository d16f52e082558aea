// The page: what happens when.

import { closeCamera } from "./camera.js";
import { ask, Problem } from "./client.js";
import { onPicture, picture, say } from "./picture.js";
import { notReady, ready } from "./readiness.js";
import { startSpeaking } from "./speech.js";
import { clearTurns, Turn } from "./turn.js";

const form = document.getElementById("ask");
const question = document.getElementById("question");
const send = document.getElementById("send");
const stop = document.getElementById("stop");

const LOADING = "/problems/loading";

/** Stops the question under way; null when there is none. */
let running = null;

async function answer(words, turn) {
  const control = new AbortController();
  running = control;
  show();
  startSpeaking();
  try {
    turn.complete(await asked(words, turn, control.signal));
  } catch (error) {
    if (control.signal.aborted) {
      turn.stopped();
    } else if (error instanceof Problem) {
      turn.failed(error);
    } else {
      turn.failed(new Problem("page", "Something went wrong", "Load the page again.", false));
      throw error;
    }
  } finally {
    if (running === control) {
      running = null;
      show();
    }
  }
}

/** The answer, also where the model has to be waited for. */
async function asked(words, turn, signal) {
  for (;;) {
    turn.status("Waiting for the model …");
    await Promise.race([ready(), aborted(signal)]);
    turn.status("Working …");
    try {
      return await ask(picture(), words, signal, (text) => turn.add(text));
    } catch (error) {
      if (error.type !== LOADING) {
        throw error;
      }
      notReady();
    }
  }
}

function aborted(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function submit() {
  if (running !== null) {
    return;
  }
  if (picture() === null) {
    say("Choose a picture first.");
    document.getElementById("file").focus();
    return;
  }
  const words = question.value.trim();
  const turn = new Turn(words, () => {
    if (running === null) {
      turn.restart();
      answer(words, turn);
      stop.focus();
    }
  });
  answer(words, turn);
  if (document.activeElement === question) {
    if (matchMedia("(pointer: coarse)").matches) {
      // Puts the keyboard away, which would cover the answer.
      question.blur();
    } else {
      question.select();
    }
  }
}

function show() {
  // A button that can't be pressed loses the focus, and the keyboard its place.
  const lost = [send, stop].includes(document.activeElement);
  send.disabled = running !== null;
  stop.disabled = running === null;
  if (lost) {
    (running === null ? send : stop).focus();
  }
}

function name() {
  send.textContent = question.value.trim() === "" ? "Describe" : "Ask";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
question.addEventListener("input", name);
question.addEventListener("change", name);
stop.addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !closeCamera()) {
    running?.abort();
  }
});
onPicture(() => {
  closeCamera();
  running?.abort();
  clearTurns();
});

name();
ready();
